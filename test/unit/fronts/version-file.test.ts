// version.json as a rendered view: parsed, rendered with its order and indent kept, refused where it is none.

import { describe, expect, it } from 'vitest';
import { parsePatchName } from '../../../src/fronts/gated/archive-name.ts';
import {
  isMidUpgrade,
  parseVersionFile,
  renderVersionFile,
  versionName,
} from '../../../src/fronts/gated/version-file.ts';

const SEED = `{
    "current": {
        "installer": "4.2.1",
        "patch": "20190410",
        "qingcloud": "20190318",
        "upgrade": "20190318"
    },
    "old": []
}
`;

describe('rendering', () => {
  it('gives the same bytes for the same values', () => {
    for (const text of [
      SEED,
      SEED.trimEnd(),
      SEED.replaceAll('    ', '\t'),
      SEED.replaceAll('    ', '  '),
      '{"current":{"qingcloud":"1"},"old":[]}',
    ]) {
      const file = parseVersionFile(text, 'f');
      expect(renderVersionFile(file, file.current)).toBe(text);
    }
  });

  it('keeps order and unknown members, and puts new names in order of the alphabet', () => {
    const text = SEED.replace('"old"', '"note": {"by": "hand"},\n    "old"').replace(
      '"installer": "4.2.1",\n        "patch": "20190410"',
      '"patch": "20190410",\n        "installer": "4.2.1"',
    );
    const file = parseVersionFile(text, 'f');
    const again = renderVersionFile(file, { ...file.current, patch: '20190520' });
    expect(Object.keys(JSON.parse(again).current)).toEqual(['patch', 'installer', 'qingcloud', 'upgrade']);
    expect(JSON.parse(again).note).toEqual({ by: 'hand' });
    const { upgrade: _, ...rest } = file.current;
    const mid = parseVersionFile(
      renderVersionFile(file, { ...rest, new_upgrade: '2', old_upgrade: '1' }, [file.current]),
      'f',
    );
    expect(Object.keys(mid.current)).toEqual(['installer', 'new_upgrade', 'old_upgrade', 'patch', 'qingcloud']);
    expect([isMidUpgrade(mid), isMidUpgrade(file), mid.old, versionName(mid, 'f')]).toEqual([
      true,
      false,
      [file.current],
      '4.2.1-20190318',
    ]);
  });

  it('refuses what is no version', () => {
    for (const text of [
      '',
      'null',
      '{"current": []}',
      '{"current": {"qingcloud": ""}}',
      '{"current": {"qingcloud": "1", "a b": "1"}}',
      '{"current": {"qingcloud": "1"}, "old": {}}',
    ]) {
      expect(() => parseVersionFile(text, 'f')).toThrow(expect.objectContaining({ code: 'version_unreadable' }));
    }
    expect(() => versionName(parseVersionFile('{"current": {"qingcloud": "1"}}', 'f'), 'f')).toThrow(
      'current.installer',
    );
  });
});

describe('names', () => {
  it('of archives and of directories', () => {
    expect(parsePatchName('/root/installer-4.2.5-20190318-patch.tar.gz', 'archive')).toEqual({
      kind: 'installer',
      stem: 'installer-4.2.5-20190318-patch',
      iaas: '20190318',
      level: '4.2.5',
    });
    expect(parsePatchName('repo-20190318-patch-20190410', 'directory')).toEqual({
      kind: 'iaas',
      stem: 'repo-20190318-patch-20190410',
      iaas: '20190318',
      level: '20190410',
    });
    for (const name of [
      'installer-4.2.5-2019031-patch.tar.gz',
      'installer-a.b-20190318-patch.tar.gz',
      'repo-20190318-patch-20190410',
      'xrepo-20190318-patch-20190410.tar.gz',
      'repo-20190318-patch-20190410.tar.gz.tar.gz',
    ])
      expect(() => parsePatchName(name, 'archive')).toThrow(expect.objectContaining({ code: 'bad_patch_name' }));
  });
});
