// Sample data of tests: PSFs of our own here, archives made by another implementation beside the checkout.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of the sample PSFs (test/data/README.md). */
export const PSF = join(import.meta.dirname, 'data/psf');

/** Folder of the archives swbis made of them. */
export const SWBIS = join(import.meta.dirname, '../../shared/data/swbis');

/** False in a checkout without shared/ beside it: `describe.runIf(hasSwbis)` then passes over what reads those archives. */
export const hasSwbis = existsSync(SWBIS);

if (!hasSwbis)
  process.stderr.write(
    'swbis archives are not beside this checkout (../shared/data/swbis): tests that read them do not run\n',
  );
