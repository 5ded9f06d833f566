import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { depotPlace, openDepotToChange } from '../../../src/depot/change.ts';
import { openDepot } from '../../../src/depot/open.ts';
import { readContent } from '../../../src/host/digest.ts';
import { SdError } from '../../../src/model/error.ts';
import { fill, OPENING, scratch, snapshot } from './filling.ts';
import { filesetWith, memoryDepot } from './memory-depot.ts';

async function filled(): Promise<string> {
  const depot = join(scratch(), 'depot');
  await fill(
    depot,
    memoryDepot([{ tag: 'P', attributes: { revision: '1' }, filesets: [filesetWith('F', { '/opt/a': 'hi' })] }]),
  );
  return depot;
}

/** Code of the refusal, or the content of the one file. */
async function contentOf(location: string): Promise<string> {
  const depot = await openDepot(location);
  try {
    return readContent(depot.content('P/F', depot.catalog.files('P/F')[0]!)).toString();
  } catch (error) {
    if (error instanceof SdError) return error.code;
    throw error;
  } finally {
    depot.close();
  }
}

describe('openDepot', () => {
  it('takes relative paths, and this host by name', async () => {
    const depot = await filled();
    for (const location of [
      depot,
      relative('.', depot),
      `localhost:${depot}`,
      `${hostname().split('.')[0]}:${depot}`,
    ]) {
      expect(await contentOf(location)).toBe('hi');
    }
  });

  it('changes nothing, not even where a session was interrupted or the catalog is damaged', async () => {
    const depot = await filled();
    const before = snapshot(depot);
    await contentOf(depot);
    expect(snapshot(depot)).toEqual(before);
    writeFileSync(join(depot, '.sd/catalog'), readFileSync(join(depot, '.sd/catalog'), 'utf8').replace('"P"', '"Q"'));
    const damaged = snapshot(depot);
    await contentOf(depot);
    expect(snapshot(depot)).toEqual(damaged);
  });

  it('reads the text tree with a WARNING when the published catalog is damaged', async () => {
    const depot = await filled();
    appendFileSync(join(depot, '.sd/catalog'), 'garbage\n');
    const opened = await openDepot(depot);
    expect(opened.findings).toMatchObject([{ severity: 'warning', code: 'catalog_damaged' }]);
    expect(opened.catalog.products().map((product) => product.id)).toEqual(['P']);
    opened.close();
    expect(await contentOf(depot)).toBe('hi');
  });

  it('says that the bytes of a file are gone', async () => {
    const depot = await filled();
    rmSync(join(depot, 'P/F/opt/a'));
    expect(await contentOf(depot)).toBe('content_missing');
    mkdirSync(join(depot, 'P/F/opt/a'));
    expect(await contentOf(depot)).toBe('content_missing');
  });

  it('leaves the depot through no symbolic link', async () => {
    const depot = await filled();
    const outside = scratch();
    writeFileSync(join(outside, 'a'), 'no');
    rmSync(join(depot, 'P/F/opt/a'));
    symlinkSync(join(outside, 'a'), join(depot, 'P/F/opt/a'));
    expect(await contentOf(depot)).toBe('content_missing');
    rmSync(join(depot, 'P/F/opt'), { recursive: true });
    symlinkSync(outside, join(depot, 'P/F/opt'));
    expect(await contentOf(depot)).toBe('content_missing');
  });

  it.each([
    ['depot_not_found', 'nothing/there'],
    ['not_a_depot', 'empty'],
    ['not_a_depot', 'text'],
  ])('refuses with %s', async (code, name) => {
    const place = scratch();
    mkdirSync(join(place, 'empty'));
    writeFileSync(join(place, 'text'), 'no archive\n'.repeat(100));
    await expect(openDepot(join(place, name))).rejects.toMatchObject({ code, todo: expect.stringMatching(/./) });
  });

  it('refuses depots of other hosts, and knows a path with a colon from one', async () => {
    await expect(openDepot('far.example:/depot')).rejects.toMatchObject({ code: 'remote_not_supported' });
    await expect(openDepot('[2001:db8::1]:/depot')).rejects.toMatchObject({ code: 'remote_not_supported' });
    const depot = await filled();
    renameSync(depot, `${depot}:1`);
    expect(await contentOf(`${depot}:1`)).toBe('hi');
  });
});

describe('openDepotToChange', () => {
  it('makes a depot where there is nothing, or only what an earlier one left', async () => {
    const place = scratch();
    writeFileSync(join(place, 'swagent.log'), 'log');
    expect(depotPlace(place)).toBe('vacant');
    for (const path of [place, join(place, 'lost+found', 'deep')]) {
      await (await openDepotToChange(path, OPENING)).close();
      expect(depotPlace(path)).toBe('depot');
      expect((await openDepot(path)).catalog.products()).toEqual([]);
    }
  });

  it('gives a depot that can be taken away again, and what is left of it killed at that counts as nothing', async () => {
    const place = scratch();
    await (await openDepotToChange(place, OPENING)).discard();
    expect(readdirSync(place)).toEqual([]);
    mkdirSync(join(place, '.sd-gone.4194305/home'), { recursive: true });
    expect(depotPlace(place)).toBe('vacant');
    await (await openDepotToChange(place, OPENING)).close();
    expect(readdirSync(place).sort()).toEqual(['.sd', 'catalog']);
  });

  it('makes nothing without create', async () => {
    const place = scratch();
    for (const path of [place, join(place, 'new')]) {
      await expect(openDepotToChange(path, { ...OPENING, create: false })).rejects.toMatchObject({
        code: 'depot_not_found',
      });
    }
    expect(readdirSync(place)).toEqual([]);
  });
});
