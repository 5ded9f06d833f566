// The SD text catalog of a depot on the web: brought text by text, since a web server lists nothing (formats.md 9).
// Promise: texts that were signed are compared as they come; what the catalog asks for and nobody brought yet is noted, so that it can be.

import { SdError } from '../model/error.ts';
import { type FilesetKey, filesetKey, type Product } from '../model/software.ts';
import { catalogFromTexts, type TextCatalog } from '../store/text-read.ts';
import { DIGESTS, DIGESTS_SIGNATURE, type ProvedTexts, proveTexts, type Trust } from './signature.ts';
import type { WebFetch } from './web-fetch.ts';

export class WebTexts {
  readonly #fetch: WebFetch;
  readonly #texts = new Map<string, Buffer | undefined>();
  readonly #proved: ProvedTexts;
  #missed = new Set<string>();

  private constructor(fetch: WebFetch, proved: ProvedTexts) {
    this.#fetch = fetch;
    this.#proved = proved;
  }

  /**
   * Opens the text catalog below the depot that `fetch` reads; undefined where there is none.
   * Throws what the signature throws (signature.ts), what reading throws, and what catalogFromTexts throws.
   */
  static async open(
    fetch: WebFetch,
    trust: Trust,
    location: string,
  ): Promise<{ texts: WebTexts; tree: TextCatalog } | undefined> {
    const [digests, signature] = await Promise.all([
      fetch.text(`catalog/${DIGESTS}`),
      fetch.text(`catalog/${DIGESTS_SIGNATURE}`),
    ]);
    const texts = new WebTexts(fetch, await provedAgain(fetch, trust, location, digests, signature));
    await texts.#bring(['INDEX']);
    const tree = await texts.#tree();
    return tree === undefined ? undefined : { texts, tree };
  }

  get signed() {
    return this.#proved.signed;
  }

  /** Brings INFO and control files of these products. */
  async bringRecords(products: readonly Product[]): Promise<void> {
    const directories = products.flatMap((product) => [
      filesetKey(product.id, 'pfiles'),
      ...product.filesets.map((fileset): FilesetKey => filesetKey(product.id, fileset.id)),
    ]);
    await this.#bring(directories.map((directory) => `${directory}/INFO`));
    const controls = products.flatMap((product) => [
      ...product.controlFiles.map((file) => `${product.id}/pfiles/${file.path}`),
      ...product.filesets.flatMap(({ id, controlFiles }) =>
        controlFiles.map((file) => `${product.id}/${id}/${file.path}`),
      ),
    ]);
    await this.#bring(controls);
  }

  /** Parsed again until it asks for nothing that could still be had: a description may be a file of its own. */
  async #tree(): Promise<TextCatalog | undefined> {
    for (;;) {
      this.#missed = new Set();
      const texts = { read: (path: string) => this.#read(path), list: () => [...this.#texts.keys()] };
      const tree = catalogFromTexts(texts, 'depot');
      if (this.#missed.size === 0) return tree;
      await this.#bring([...this.#missed]);
    }
  }

  #read(path: string): Buffer | undefined {
    if (!this.#texts.has(path)) this.#missed.add(path);
    return this.#texts.get(path);
  }

  async #bring(paths: readonly string[]): Promise<void> {
    const wanted = [...new Set(paths)].filter((path) => !this.#texts.has(path));
    const outside = wanted.filter((path) => path.split('/').some((part) => part === '..' || part === '.'));
    for (const path of outside) this.#texts.set(path, undefined);
    const inside = wanted.filter((path) => !this.#texts.has(path));
    const found = await this.#fetch.texts(inside.map((path) => `catalog/${path}`));
    for (const path of inside) {
      const bytes = found.get(`catalog/${path}`);
      this.#proved.check(path, bytes);
      this.#texts.set(path, bytes);
    }
  }
}

/** List and signature may have been replaced between the two answers: a bad pair is asked for once more. */
async function provedAgain(
  fetch: WebFetch,
  trust: Trust,
  location: string,
  digests: Buffer | undefined,
  signature: Buffer | undefined,
): Promise<ProvedTexts> {
  try {
    return proveTexts(digests, signature, trust, location);
  } catch (error) {
    if (!(error instanceof SdError) || error.code !== 'signature_bad') throw error;
    const again = await fetch.text(`catalog/${DIGESTS}`);
    return proveTexts(again, await fetch.text(`catalog/${DIGESTS_SIGNATURE}`), trust, location);
  }
}
