// Which certificate authorities this machine trusts: those of SSL_CERT_FILE, else of the system's bundle besides Node's own.

import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';

/** Where Debian, Red Hat and SUSE keep the bundle. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/var/lib/ca-certificates/ca-bundle.pem',
];

/** PEM texts. Throws SdError `bad_certificates` where SSL_CERT_FILE names a file that cannot be read. */
export function trustedCertificates(environment: Readonly<Record<string, string | undefined>>): string[] {
  const named = environment.SSL_CERT_FILE;
  if (named) return [readNamed(named)];
  const bundle = BUNDLES.map(readIfThere).find((text) => text !== undefined);
  return [...rootCertificates, ...(bundle === undefined ? [] : [bundle])];
}

function readNamed(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SdError('bad_certificates', {
      what: `The certificates in "${file}" cannot be read.`,
      because: reasonOf(error),
      todo: 'Correct SSL_CERT_FILE, or unset it.',
      data: { file },
      cause: error,
    });
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR')) return undefined;
    throw error;
  }
}
