// The signature of a directory depot on this machine: looked at where its catalog, or else its text, is read (signature.ts).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../model/error.ts';
import { depotLayout } from '../store/layout.ts';
import type { CatalogTexts } from '../store/text-read.ts';
import {
  badSignature,
  CATALOG_SIGNATURE,
  judgeSignature,
  provedTexts,
  type SignedCatalog,
  type Trust,
} from './signature.ts';

export class DirectoryProof {
  readonly #path: string;
  readonly #trust: Trust;
  #signed: SignedCatalog = { state: 'unsigned' };

  constructor(path: string, trust: Trust) {
    this.#path = path;
    this.#trust = trust;
  }

  /** For every published catalog that is read. Throws what `judgeSignature` throws. */
  ofCatalog(bytes: Buffer): void {
    this.#signed = judgeSignature(this.#signature(), bytes, this.#trust, this.#path);
  }

  /** For a depot whose published catalog is not there: one that was signed may not fall back to its text. */
  ofTexts(texts: CatalogTexts): CatalogTexts {
    if (this.#signature() !== undefined) throw badSignature(this.#path, 'The catalog that was signed is missing.');
    const proved = provedTexts(texts, this.#trust, this.#path);
    this.#signed = proved.signed;
    return proved.texts;
  }

  /** What was found; `generation` is that of the published catalog, where it is one. */
  signed(generation: number): SignedCatalog {
    const own = this.#signed.state === 'trusted' && this.#signed.generation === undefined;
    return own ? { ...this.#signed, generation, series: 'catalog' } : this.#signed;
  }

  #signature(): string | undefined {
    try {
      return readFileSync(join(depotLayout(this.#path).home, CATALOG_SIGNATURE), 'utf8');
    } catch (error) {
      if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw error;
    }
  }
}
