// Patch filters for the terminal interface come from three files.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { patchFilters } from '../../../src/options/patch-filters.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'filters-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test("the system's and both spellings of the user's, each filter once, those of other commands left out", () => {
  const around = { home, superuser: false, systemDefaults: join(home, 'system') };
  expect(patchFilters('swinstall', around)).toEqual([]);
  writeFileSync(
    join(home, 'system.patchfilters'),
    'swinstall.patch_filter_choices={\n *.*,c=critical\n *.*,c=panic }\n',
  );
  writeFileSync(join(home, '.swdefaults.patchfilters'), 'patch_filter_choices={ *.*,c=panic A.* }\n');
  mkdirSync(join(home, '.sw'));
  writeFileSync(join(home, '.sw/defaults.patchfilters'), 'swcopy.patch_filter_choices={ B.* }\nother=1\n');
  expect(patchFilters('swinstall', around)).toEqual(['*.*,c=critical', '*.*,c=panic', 'A.*']);
  expect(patchFilters('swcopy', around)).toEqual(['*.*,c=panic', 'A.*', 'B.*']);
});
