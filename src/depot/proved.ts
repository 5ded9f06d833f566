// A depot whose catalog is signed by a trusted key: what its catalog says of a stored file is compared before the first file is used.
// Promise: a swapped file is refused before any script has run. What comes by once is compared file by file, as it is placed.

import { digestContent } from '../host/digest.ts';
import type { Content } from '../model/content.ts';
import { SdError } from '../model/error.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import { isStored } from './available.ts';
import { storedAt } from './content.ts';
import type { Brought, Depot } from './depot.ts';
import { badSignature, type SignedCatalog } from './signature.ts';

/** The same depot with the signature found; `ahead` says that its contents can be read more than once. */
export function provedDepot(depot: Depot, signed: SignedCatalog, ahead: boolean): Depot {
  if (signed.state !== 'trusted') return { ...depot, signed };
  const content = (key: FilesetKey, file: FileRecord): Content => {
    if (file.sha256 === undefined) throw unproved(depot.location, key, file);
    return depot.content(key, file);
  };
  const compareAll = async (filesets: readonly FilesetKey[]): Promise<Brought> => {
    for (const key of filesets) {
      for (const file of depot.catalog.files(key))
        if (isStored(file)) compareStored(depot.location, key, file, content);
    }
    return { files: 0, bytes: 0, kept: 0 };
  };
  return { ...depot, signed, content, ...(ahead ? { bringContents: compareAll } : {}) };
}

/** Throws SdError `content_mismatch` where the plain content is not what the signed catalog says. */
export function compareStored(
  location: string,
  key: FilesetKey,
  file: FileRecord,
  open: (key: FilesetKey, file: FileRecord) => Content,
): void {
  const content = open(key, file);
  try {
    const { sha256 } = digestContent(content);
    if (sha256 === file.sha256) return;
    throw new SdError('content_mismatch', {
      what: `The content of "${storedAt(key, file)}" in "${location}" is not what its signed catalog says.`,
      because: `Its sha256 is ${sha256}, not ${file.sha256}.`,
      todo: 'It was damaged or tampered with.  Get the depot anew.',
      data: { path: file.path, expected: file.sha256, found: sha256 },
    });
  } finally {
    if (content.kind === 'region') content.close();
  }
}

/** SdError `signature_bad` for a stored file that the signed catalog does not name by its sha256. */
export function unproved(location: string, key: FilesetKey, file: FileRecord): SdError {
  return badSignature(location, `What was signed does not say what "${storedAt(key, file)}" is: it has no sha256.`);
}
