import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDepot } from '../../../src/depot/open.ts';
import { openArchive } from '../../../src/host/archive.ts';
import { text } from '../../../src/model/attributes.ts';
import { emptyCatalog } from '../../../src/model/catalog.ts';
import type { SdEvent } from '../../../src/model/events.ts';
import { copy } from '../../../src/operations/copy.ts';
import { packageSoftware } from '../../../src/operations/package.ts';
import { chooseSoftware, planPackage } from '../../../src/operations/package-plan.ts';
import { options } from '../selection/catalog-builder.ts';
import { scratch, snapshot, storedTexts } from './filling.ts';
import { filesetWith, memoryDepot } from './memory-depot.ts';

const context = { command: 'swpackage', user: 'root@test', host: 'test' };

interface More {
  readonly software?: string[];
  readonly serial?: boolean;
  readonly preview?: boolean;
  readonly options?: Parameters<typeof options>[0];
}

async function swpackage(source: string, target: string, more: More = {}) {
  const events: SdEvent[] = [];
  const { software = [], serial = false, preview = false } = more;
  const request = { context, options: options(more.options), software, preview, source, target, serial };
  const outcome = await packageSoftware(request, (event) => events.push(event));
  return { outcome, events, said: outcome.findings.map(({ severity, code }) => `${severity} ${code}`) };
}

/** A PSF of one product APP in a directory of its own; a fileset's lines by tag. */
function psf(filesets: Record<string, string>, product = 'revision 1.0'): string {
  const place = scratch();
  writeFileSync(join(place, 'one'), 'one\n');
  writeFileSync(join(place, 'two'), 'two\n');
  const blocks = Object.entries(filesets).map(
    ([tag, lines]) => `fileset\ntag ${tag}\nrevision 1.0\n${lines.replaceAll('@', place)}\nend\n`,
  );
  const file = join(place, 'app.psf');
  writeFileSync(file, `distribution\ntitle Tests\nproduct\ntag APP\n${product}\n${blocks.join('')}end\n`);
  return file;
}

const ONE = 'file @/one /opt/app/one';
const TWO = 'file @/two /opt/app/two';

async function idsOf(depot: string): Promise<string[]> {
  const { catalog, close } = await openDepot(depot);
  close();
  return catalog
    .products()
    .map((product) => `${product.id}: ${product.filesets.map((fileset) => fileset.id).join(' ')}`);
}

async function membersOf(file: string): Promise<string[]> {
  const archive = await openArchive(file);
  archive.close();
  return archive.members.map((member) => member.path);
}

describe('swpackage into a directory depot', () => {
  it('makes a depot of a PSF, unregistered', async () => {
    const depot = join(scratch(), 'depot');
    const { outcome, events } = await swpackage(psf({ RUN: ONE, DOC: TWO }), depot);
    expect(outcome).toMatchObject({ exitCode: 0, findings: [] });
    expect(await idsOf(depot)).toEqual(['APP: RUN DOC']);
    expect(storedTexts(depot)).toEqual({ 'APP/RUN/opt/app/one': 'one\n', 'APP/DOC/opt/app/two': 'two\n' });
    expect(events.map((event) => event.type)).not.toContain('registered');
    const { catalog, close } = await openDepot(depot);
    expect(text(catalog.attributes, 'title')).toBe('Tests');
    close();
  });

  it('a new depot made of a whole one keeps what is said of that; one that is there keeps its own', async () => {
    const source = psf({ RUN: ONE });
    const said = 'distribution\ntag MINE\ncopyright nobody\nhouse_word kept\nlayout_version 0.8\n';
    writeFileSync(source, readFileSync(source, 'utf8').replace('distribution\n', said));
    const [made, again, copied, part] = ['made', 'again', 'copied', 'part'].map((name) => join(scratch(), name));
    await swpackage(source, made!);
    await swpackage(made!, again!);
    await swpackage(psf({ DOC: TWO }, 'revision 2.0'), part!);
    await swpackage(made!, part!);
    const { findings } = await copy(
      {
        context,
        options: options({ register_new_depot: false }),
        software: ['*'],
        preview: false,
        source: made!,
        target: copied!,
      },
      () => {},
    );
    expect(findings).toEqual([]);
    const saidOf = async (depot: string) => {
      const { catalog, close } = await openDepot(depot);
      close();
      const words = ['tag', 'title', 'copyright', 'house_word', 'layout_version'];
      return words.map((word) => text(catalog.attributes, word));
    };
    expect(await saidOf(again!)).toEqual(['MINE', 'Tests', 'nobody', 'kept', '1.0']);
    expect(await saidOf(copied!)).toEqual(['MINE', 'Tests', 'nobody', 'kept', '1.0']);
    expect(await saidOf(part!)).toEqual(['', 'Tests', '', '', '1.0']);
  });

  it('repackages the same product in place, file by file; an obsolete fileset stays with a WARNING', async () => {
    const depot = join(scratch(), 'depot');
    await swpackage(psf({ RUN: `${ONE}\n${TWO}`, OLD: ONE }), depot);
    const { outcome, said } = await swpackage(psf({ RUN: TWO }), depot);
    expect(outcome.exitCode).toBe(0);
    expect(said).toEqual(['warning fileset_obsolete']);
    expect(await idsOf(depot)).toEqual(['APP: RUN OLD']);
    expect(storedTexts(depot)).toEqual({ 'APP/RUN/opt/app/two': 'two\n', 'APP/OLD/opt/app/one': 'one\n' });
  });

  it('drops obsolete filesets with remove_obsolete_filesets', async () => {
    const depot = join(scratch(), 'depot');
    await swpackage(psf({ RUN: ONE, OLD: ONE }), depot);
    const { said } = await swpackage(psf({ RUN: TWO }), depot, { options: { remove_obsolete_filesets: true } });
    expect(said).toEqual([]);
    expect(await idsOf(depot)).toEqual(['APP: RUN']);
    expect(storedTexts(depot)).toEqual({ 'APP/RUN/opt/app/two': 'two\n' });
  });

  it('leaves obsolete filesets alone, and says nothing of them, where only a part of the product is packaged', async () => {
    const depot = join(scratch(), 'depot');
    await swpackage(psf({ RUN: ONE, OLD: ONE }), depot);
    const options = { remove_obsolete_filesets: true };
    const { said } = await swpackage(psf({ RUN: TWO, MAN: TWO }), depot, { software: ['APP.RUN'], options });
    expect(said).toEqual([]);
    expect(await idsOf(depot)).toEqual(['APP: RUN OLD']);
    const quiet = await swpackage(psf({ RUN: TWO, MAN: TWO }), depot, { software: ['APP.MAN'] });
    expect(quiet.said).toEqual([]);
  });

  it('adds another version as a product of its own', async () => {
    const depot = join(scratch(), 'depot');
    await swpackage(psf({ RUN: ONE }), depot);
    await swpackage(psf({ RUN: TWO }, 'revision 2.0'), depot);
    expect(await idsOf(depot)).toEqual(['APP: RUN', 'APP.2: RUN']);
  });

  it('packages only what the operands name', async () => {
    const depot = join(scratch(), 'depot');
    await swpackage(psf({ RUN: ONE, DOC: TWO }), depot, { software: ['APP.DOC'] });
    expect(await idsOf(depot)).toEqual(['APP: DOC']);
  });

  it('packages nothing when an operand names nothing', async () => {
    const place = scratch();
    const { outcome, said } = await swpackage(psf({ RUN: ONE }), join(place, 'depot'), {
      software: ['APP', 'NO_SUCH'],
    });
    expect(outcome.exitCode).toBe(1);
    expect(said).toEqual(['error software_not_found']);
    expect(readdirSync(place)).toEqual([]);
  });

  it('previews without writing', async () => {
    const place = scratch();
    const source = psf({ RUN: ONE });
    const first = await swpackage(source, join(place, 'depot'), { preview: true });
    expect(first.outcome.plan?.products).toHaveLength(1);
    expect(readdirSync(place)).toEqual([]);
    await swpackage(source, join(place, 'depot'));
    const before = snapshot(place);
    await swpackage(psf({ RUN: TWO }), join(place, 'depot'), { preview: true });
    await swpackage(source, join(place, 'x.depot'), { preview: true, serial: true });
    expect(snapshot(place)).toEqual(before);
  });

  it('refuses a requisite unmet inside the product, notes one across products', async () => {
    const place = scratch();
    const inside = await swpackage(psf({ RUN: `prerequisites APP.GONE\n${ONE}` }), join(place, 'depot'));
    expect(inside.outcome.exitCode).toBe(1);
    expect(inside.said).toEqual(['error requisite_unresolved']);
    expect(readdirSync(place)).toEqual([]);
    const across = await swpackage(
      psf({ RUN: `prerequisites LIB.RUN,r>=2\ncorequisites APP.RUN\n${ONE}` }),
      join(place, 'depot'),
    );
    expect(across.outcome.exitCode).toBe(0);
    expect(across.said).toEqual(['note requisite_unresolved']);
  });

  it.each([
    ['source_missing', { RUN: 'file @/three /opt/app/three' }],
    ['psf_duplicate', { RUN: `${ONE}\nend\nfileset\ntag RUN\nrevision 1.0` }],
  ])('leaves nothing behind when the PSF is wrong: %s', async (code, filesets) => {
    const place = scratch();
    const { outcome, said } = await swpackage(psf(filesets as unknown as Record<string, string>), join(place, 'depot'));
    expect(outcome.exitCode).toBe(1);
    expect(said.join()).toContain(code);
    expect(readdirSync(place)).toEqual([]);
  });
});

describe('planPackage', () => {
  const part = (revision: string) => ({
    tag: 'APP',
    id: `APP.${revision}`,
    attributes: { revision: '1.0', architecture: '', vendor_tag: '' },
    filesets: [filesetWith('RUN', { '/f': 'x'.repeat(5000) })],
  });
  const plan = (products: ReturnType<typeof part>[], available: number, enforce_dsa = true) => {
    const source = memoryDepot(products).catalog;
    const space = { of: () => ({ mount: '/d', available, total: 1e9, blockSize: 4096 }) };
    const choice = chooseSoftware(source, []);
    return planPackage({
      source,
      target: emptyCatalog('depot'),
      choice,
      options: options({ enforce_dsa }),
      targetPath: '/d',
      space,
    });
  };

  it('refuses a product that is there twice', () => {
    expect(plan([part('1'), part('2')], 1e9)).toMatchObject({
      products: [],
      findings: [{ code: 'duplicate_product', severity: 'error' }],
    });
  });

  it('refuses what does not fit on the disk, warns with enforce_dsa=false', () => {
    expect(plan([part('1')], 8192)).toMatchObject({
      products: [],
      findings: [{ code: 'disk_space', severity: 'error' }],
    });
    expect(plan([part('1')], 8192, false)).toMatchObject({
      products: [{ tag: 'APP' }],
      findings: [{ code: 'disk_space', severity: 'warning' }],
    });
    expect(plan([part('1')], 1e6).findings).toEqual([]);
  });
});

describe('swpackage into a serial depot', () => {
  it('writes SD order: catalog first, then contents', async () => {
    const place = scratch();
    const source = psf({ RUN: `${ONE}\nconfigure @/two`, DOC: TWO }, 'revision 1.0\nreadme "Read this."');
    expect((await swpackage(source, join(place, 'app.depot'), { serial: true })).outcome).toMatchObject({
      exitCode: 0,
      findings: [],
    });
    expect(await membersOf(join(place, 'app.depot'))).toEqual([
      'catalog/INDEX',
      'catalog/dfiles/INDEX',
      'catalog/dfiles/INFO',
      'catalog/APP/pfiles/INDEX',
      'catalog/APP/pfiles/INFO',
      'catalog/APP/pfiles/README',
      'catalog/APP/RUN/INDEX',
      'catalog/APP/RUN/INFO',
      'catalog/APP/RUN/configure',
      'catalog/APP/DOC/INDEX',
      'catalog/APP/DOC/INFO',
      'APP/RUN/opt/app/one',
      'APP/DOC/opt/app/two',
    ]);
    expect(readdirSync(place)).toEqual(['app.depot']);
  });

  it('gives the same bytes for the same depot, and for the serial depot made of it', async () => {
    const place = scratch();
    await swpackage(psf({ RUN: ONE, DOC: TWO }), join(place, 'depot'));
    await swpackage(join(place, 'depot'), join(place, 'a'), { serial: true });
    await swpackage(join(place, 'depot'), join(place, 'b'), { serial: true });
    await swpackage(join(place, 'a'), join(place, 'c'), { serial: true });
    const [a, b, c] = ['a', 'b', 'c'].map((name) => readFileSync(join(place, name)));
    expect(a!.equals(b!) && a!.equals(c!)).toBe(true);
    const { catalog, close } = await openDepot(join(place, 'depot'));
    close();
    expect(catalog.products()).toHaveLength(1);
  });

  it('has the INDEX of the directory depot it was made of', async () => {
    const place = scratch();
    await swpackage(psf({ RUN: ONE }), join(place, 'depot'));
    await swpackage(join(place, 'depot'), join(place, 'a'), { serial: true });
    const archive = await openArchive(join(place, 'a'));
    const content = archive.content(archive.members[0]!);
    const bytes = Buffer.alloc(archive.members[0]!.size);
    if (content.kind === 'region')
      (await import('node:fs')).readSync(content.fd, bytes, 0, bytes.length, content.position);
    archive.close();
    expect(bytes.toString()).toBe(readFileSync(join(place, 'depot/catalog/INDEX'), 'utf8'));
  });

  it('feeds a command, and fails when the command does', async () => {
    const place = scratch();
    const source = psf({ RUN: ONE });
    expect((await swpackage(source, `|cat > ${join(place, 'piped')}`, { serial: true })).outcome.exitCode).toBe(0);
    expect(await idsOf(join(place, 'piped'))).toEqual(['APP: RUN']);
    const { outcome, said } = await swpackage(source, '|cat > /dev/null; exit 3', { serial: true });
    expect(outcome.exitCode).toBe(1);
    expect(said).toEqual(['error command_failed']);
  });

  it('keeps the old file when the source turns out damaged', async () => {
    const place = scratch();
    await swpackage(psf({ RUN: ONE }), join(place, 'depot'));
    await swpackage(join(place, 'depot'), join(place, 'a'), { serial: true });
    const before = readFileSync(join(place, 'a'));
    writeFileSync(join(place, 'depot/APP/RUN/opt/app/one'), 'ONE\n');
    const { outcome, said } = await swpackage(join(place, 'depot'), join(place, 'a'), { serial: true });
    expect(outcome.exitCode).toBe(1);
    expect(said).toEqual(['error content_mismatch']);
    expect(readFileSync(join(place, 'a')).equals(before)).toBe(true);
    expect(readdirSync(place).sort()).toEqual(['a', 'depot']);
  });

  it('refuses a directory and a place that is not there', async () => {
    const place = scratch();
    mkdirSync(join(place, 'directory'));
    const source = psf({ RUN: ONE });
    expect((await swpackage(source, join(place, 'directory'), { serial: true })).said).toEqual([
      'error target_is_directory',
    ]);
    expect((await swpackage(source, join(place, 'no', 'such'), { serial: true })).said).toEqual([
      'error target_not_writable',
    ]);
    expect(existsSync(join(place, 'no'))).toBe(false);
  });
});
