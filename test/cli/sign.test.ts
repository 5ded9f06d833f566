// Issue 9: signed depots. A signature in minisign's format vouches for the catalog, and through it for every byte; what does not fit is
// refused with exit 1 and an untouched root, wherever the depot lies.

import { execFileSync, spawnSync } from 'node:child_process';
import { scryptSync } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flat, found, rows, Site } from './site.ts';
import { runBeside, WebServer } from './web-server.ts';

let site: Site;

beforeEach(() => {
  site = new Site();
  site.write('src/hello', '#!/bin/sh\necho hello\n');
  site.write('src/other', 'other\n');
  site.write('pre', `#!/bin/sh\necho preinstall >> ${site.path('ran')}\n`);
  site.write(
    'psf',
    'product\n tag HELLO\n revision 1.0\n fileset\n  tag RUN\n  revision 1.0\n  preinstall pre\n' +
      '  file -m 0755 src/hello /opt/hello/bin/hello\n  file -m 0644 src/other /opt/hello/other\n',
  );
  site.ok('swsign', '-G', '-k', 'my.key');
  site.write('adm/keys/my.pub', site.read('my.pub'));
});
afterEach(() => site.strike());

const SIGNED = ['-x', 'sign_key=my.key'];
const REQUIRED = ['-x', 'verify_signatures=true'];

function packageDirectory(...more: string[]): void {
  site.ok('swpackage', '-s', 'psf', ...SIGNED, ...more, '@', './D');
}

function packageSerial(): void {
  site.ok('swpackage', '-s', 'psf', ...SIGNED, '-x', 'media_type=tape', '@', './x.depot');
}

/** The install is refused with this code, and no trace of it is anywhere. */
function refused(source: string, code: string, ...words: string[]): void {
  const ran = site.run('swinstall', ['-s', source, ...words, '*', '@', './R']);
  expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining(`[${code}]`)]);
  expect([existsSync(site.path('R')), existsSync(site.path('ran'))]).toEqual([false, false]);
}

function edit(path: string, change: (bytes: Buffer) => Buffer | string): void {
  writeFileSync(site.path(path), change(readFileSync(site.path(path))));
}

/** One byte in the middle is another one; the length stays. */
function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[Math.floor(copy.length / 2)]! ^= 1;
  return copy;
}

/** The same secret key, encrypted with the cost that libsodium calls interactive: minisign's own takes seconds and a gigabyte. */
function encrypted(text: string, password: string): string {
  const [comment, line] = text.split('\n');
  const bytes = Buffer.from(line!, 'base64');
  const salt = Buffer.alloc(32, 7);
  bytes.write('Sc', 2);
  salt.copy(bytes, 6);
  bytes.writeBigUInt64LE(524_288n, 38);
  bytes.writeBigUInt64LE(16_777_216n, 46);
  // The checksum that minisign compares: of algorithm, id and key.
  const sum = execFileSync('b2sum', ['-l', '256'], {
    input: Buffer.concat([Buffer.from('Ed'), bytes.subarray(54, 126)]),
  });
  Buffer.from(sum.toString().slice(0, 64), 'hex').copy(bytes, 126);
  const stream = scryptSync(password, salt, 104, { N: 16_384, r: 8, p: 1, maxmem: 64 * 1024 * 1024 });
  for (let at = 0; at < 104; at++) bytes[54 + at]! ^= stream[at]!;
  return `${comment}\n${bytes.toString('base64')}\n`;
}

describe('keys', () => {
  test('a new pair: the secret part is for its owner alone, an old pair is not overwritten', () => {
    expect(statSync(site.path('my.key')).mode & 0o777).toBe(0o600);
    const again = site.run('swsign', ['-G', '-k', 'my.key']);
    expect([again.exit, again.stderr]).toEqual([1, expect.stringContaining('[key_exists]')]);
    expect(site.run('swsign', ['@', './D']).stderr).toContain('[bad_usage]');
  });

  test("our key and signature are minisign's", () => {
    packageDirectory();
    const verified = spawnSync('minisign', ['-Vm', site.path('D/.sd/catalog'), '-p', site.path('my.pub')]);
    expect([verified.status, verified.stdout.toString()]).toEqual([0, expect.stringContaining('generation:')]);
    site.write('plain', 'plain\n');
    execFileSync('minisign', ['-S', '-s', site.path('my.key'), '-m', site.path('plain')]);
    execFileSync('minisign', ['-Vm', site.path('plain'), '-p', site.path('my.pub')], { stdio: 'ignore' });
  });

  test("minisign's signatures are ours, prehashed and legacy", () => {
    execFileSync('minisign', ['-G', '-W', '-p', site.path('adm/keys/two.pub'), '-s', site.path('two.key')]);
    site.ok('swpackage', '-s', 'psf', '@', './D');
    for (const legacy of [[], ['-l']]) {
      execFileSync('minisign', ['-S', ...legacy, '-s', site.path('two.key'), '-m', site.path('D/.sd/catalog')]);
      site.ok('swlist', '-s', './D', ...REQUIRED);
      edit('D/.sd/catalog', (bytes) => bytes);
    }
    site.ok('swinstall', '-s', './D', ...REQUIRED, '*', '@', './R');
    site.ok('swsign', '-k', 'two.key', '@', './D');
    site.ok('swlist', '-s', './D', ...REQUIRED);
  });

  test('an encrypted key asks for its password', () => {
    site.write('enc.key', encrypted(site.read('my.key'), 'secret'));
    site.write('plain', 'plain\n');
    const signing = ['-S', '-s', site.path('enc.key'), '-m', site.path('plain')];
    execFileSync('minisign', signing, { input: 'secret\n', stdio: ['pipe', 'ignore', 'ignore'] });
    site.ok('swpackage', '-s', 'psf', '@', './D');
    const words = ['-k', 'enc.key', '@', './D'];
    const wrong = site.run('swsign', words, { input: 'wrong\n' });
    expect([wrong.exit, wrong.stderr]).toEqual([1, expect.stringContaining('[wrong_password]')]);
    expect(site.run('swsign', words, { input: 'secret\n' }).exit).toBe(0);
    site.ok('swlist', '-s', './D', ...REQUIRED);
  });

  test('keys that are none, and keys that everybody can change', () => {
    packageDirectory();
    site.write('adm/keys/bad.pub', 'nonsense\n');
    refused('./D', 'bad_key');
    rmSync(site.path('adm/keys/bad.pub'));
    site.write('adm/keys/open.pub', site.read('my.pub'), 0o666);
    refused('./D', 'keys_insecure');
    rmSync(site.path('adm/keys/open.pub'));
    const ran = site.run('swpackage', ['-s', 'psf', '-x', 'sign_key=nowhere', '@', './E']);
    expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('[bad_key]')]);
    expect(existsSync(site.path('E'))).toBe(false);
  });
});

describe('a directory depot', () => {
  test('signed installs without a word, unsigned with a NOTE, and not where signatures are required', () => {
    packageDirectory();
    expect(site.ok('swinstall', '-s', './D', ...REQUIRED, '*', '@', './R')).not.toContain('signed');
    site.ok('swverify', '-d', ...REQUIRED, '*', '@', './D');
    site.ok('swcopy', '-s', './D', '*', '@', './C');
    const noted = site.ok('swinstall', '-s', './C', '*', '@', './S');
    expect(flat(noted)).toMatch(/NOTE: The depot ".*\/C" is not signed/);
    rmSync(site.path('ran'));
    rmSync(site.path('R'), { recursive: true });
    refused('./C', 'not_signed', ...REQUIRED);
    site.ok('swcopy', '-s', './D', ...SIGNED, '-x', 'recopy=true', '*', '@', './C');
    site.ok('swlist', '-s', './C', ...REQUIRED);
  });

  test('a key that is not trusted: a WARNING, or a refusal', () => {
    packageDirectory();
    renameSync(site.path('adm/keys'), site.path('elsewhere'));
    site.ok('swlist', '-s', './D', ...REQUIRED, '-x', 'trusted_keys=elsewhere');
    refused('./D', 'signature_key_unknown', ...REQUIRED);
    const ran = site.run('swinstall', ['-s', './D', '*', '@', './R']);
    expect([ran.exit, flat(ran.stderr)]).toEqual([0, expect.stringContaining('which is not among the trusted keys')]);
  });

  test('a change takes the signature away; swsign puts it back', () => {
    packageDirectory();
    site.ok('swmodify', '-d', '-a', 'title=Hi', 'HELLO', '@', './D');
    expect(existsSync(site.path('D/.sd/catalog.minisig'))).toBe(false);
    refused('./D', 'not_signed', ...REQUIRED);
    site.ok('swsign', '-k', 'my.key', '@', './D');
    site.ok('swinstall', '-s', './D', ...REQUIRED, '*', '@', './R');
  });

  const object = () => {
    const names = readdirSync(site.path('D/.sd/obj'));
    return join('D/.sd/obj', names.find((name) => site.read(join('D/.sd/obj', name)).startsWith('p/'))!);
  };

  test('tampered: catalog, signature, object, file', () => {
    packageDirectory();
    cpSync(site.path('D'), site.path('kept'), { recursive: true });
    const forge = (bytes: Buffer) => bytes.toString().replace(/generation:./, 'generation:9');
    const cases: [string, () => void][] = [
      ['signature_bad', () => edit('D/.sd/catalog', flipped)],
      ['signature_bad', () => rmSync(site.path('D/.sd/catalog'))],
      ['signature_bad', () => edit('D/.sd/catalog.minisig', forge)],
      ['signature_bad', () => edit('D/.sd/catalog.minisig', () => 'nonsense\n')],
      ['catalog_damaged', () => edit(object(), flipped)],
      ['content_mismatch', () => edit('D/HELLO/RUN/opt/hello/bin/hello', flipped)],
      ['content_mismatch', () => edit('D/HELLO/RUN/opt/hello/other', flipped)],
    ];
    for (const [code, tamper] of cases) {
      rmSync(site.path('D'), { recursive: true });
      cpSync(site.path('kept'), site.path('D'), { recursive: true });
      tamper();
      refused('./D', code);
    }
  });

  test('tampered: a control script, with object, catalog and hashes made to fit', () => {
    packageDirectory();
    const signature = site.read('D/.sd/catalog.minisig');
    site.write('pre', `#!/bin/sh\necho evil >> ${site.path('ran')}\n`);
    site.ok('swpackage', '-s', 'psf', '@', './D');
    site.write('D/.sd/catalog.minisig', signature);
    refused('./D', 'signature_bad');
  });

  test('an old catalog with its signature is refused once a newer one was used', () => {
    packageDirectory();
    cpSync(site.path('D'), site.path('old'), { recursive: true });
    site.write('src/other', 'newer\n');
    site.ok('swpackage', '-s', 'psf', ...SIGNED, '@', './D');
    site.ok('swinstall', '-s', './D', '*', '@', './S');
    rmSync(site.path('ran'));
    rmSync(site.path('D'), { recursive: true });
    cpSync(site.path('old'), site.path('D'), { recursive: true });
    refused('./D', 'catalog_replayed');
    // A depot that is signed no more, at a place where one was: more than a NOTE.
    rmSync(site.path('D/.sd/catalog.minisig'));
    const ran = site.run('swinstall', ['--json', '-s', './D', '-p', '*', '@', './R']);
    expect([ran.exit, flat(ran.stderr)]).toEqual([0, expect.stringContaining('and no longer is')]);
    expect(found(ran, 'signature_gone')).toMatch(/^warning: The depot ".*" was signed with the trusted key /);
  });
});

describe('a serial depot', () => {
  test('signed by swpackage or by swsign; unpacked, sha256sum and minisign agree', () => {
    packageSerial();
    site.ok('swinstall', '-s', './x.depot', ...REQUIRED, '*', '@', './R');
    site.ok('swpackage', '-s', 'psf', '-x', 'media_type=tape', '@', './y.depot');
    site.ok('swsign', '-k', 'my.key', '@', './y.depot');
    site.ok('swlist', '-s', './y.depot', ...REQUIRED);
    site.write('u/x', '');
    execFileSync('tar', ['-xf', site.path('y.depot'), '-C', site.path('u')]);
    const digests = 'dfiles/DIGESTS';
    execFileSync('sha256sum', ['--strict', '--quiet', '-c', digests], { cwd: site.path('u/catalog') });
    execFileSync('minisign', ['-Vqm', digests, '-p', site.path('my.pub')], { cwd: site.path('u/catalog') });
    // A directory with text alone is checked by the same list.
    site.ok('swinstall', '-s', './u', ...REQUIRED, '*', '@', './S');
    site.write('z.depot.gz', 'not a tar');
    const ran = site.run('swsign', ['-k', 'my.key', '@', './z.depot.gz']);
    expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('[not_signable]')]);
  });

  /** The same length, so that the archive stays whole. */
  const swap = (from: string, to: string) => () =>
    edit('x.depot', (bytes) => Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1'));

  test('tampered: catalog, control script, list of digests, file', () => {
    packageSerial();
    const kept = readFileSync(site.path('x.depot'));
    for (const [code, from, to] of [
      ['signature_bad', 'tag HELLO', 'tag JELLO'],
      ['signature_bad', 'echo preinstall', 'echo preinstead'],
      ['signature_bad', '# digests of a depot, generation 1', '# digests of a depot, generation 2'],
      ['content_mismatch', 'echo hello', 'echo hacko'],
    ] as const) {
      writeFileSync(site.path('x.depot'), kept);
      swap(from, to)();
      refused('./x.depot', code);
    }
  });

  test('comes down a pipe: catalog and contents are compared as they pass', () => {
    packageSerial();
    const pipe = (more: string[]) =>
      site.run('swinstall', ['-s', '-', ...more, '*', '@', './R'], { input: readFileSync(site.path('x.depot')) });
    swap('tag HELLO', 'tag JELLO')();
    expect([pipe([]).exit, existsSync(site.path('R'))]).toEqual([1, false]);
    packageSerial();
    expect(pipe(REQUIRED).exit).toBe(0);
  });
});

describe('a depot on the web', () => {
  let server: WebServer;
  beforeEach(async () => {
    packageDirectory();
    server = await WebServer.start(site.home);
  });
  afterEach(() => server.stop());

  const install = (...words: string[]) =>
    runBeside(site, 'swinstall', ['-s', server.url('D'), ...words, '*', '@', './R']);

  async function refusedFromWeb(code: string, ...words: string[]): Promise<void> {
    const ran = await install(...words);
    expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining(`[${code}]`)]);
    expect([existsSync(site.path('R')), existsSync(site.path('ran'))]).toEqual([false, false]);
  }

  test('signed installs; unsigned is a NOTE, or refused', async () => {
    expect((await install(...REQUIRED)).exit).toBe(0);
    rmSync(site.path('D/.sd/catalog.minisig'));
    rmSync(site.path('adm/signed_depots'));
    expect(flat((await install('-x', 'reinstall=true')).stdout)).toMatch(/NOTE: The depot "http.*" is not signed/);
    rmSync(site.path('R'), { recursive: true });
    rmSync(site.path('ran'));
    await refusedFromWeb('not_signed', ...REQUIRED);
  });

  test('tampered catalog, object, file, text, and an old catalog', async () => {
    const object = readdirSync(site.path('D/.sd/obj')).find((name) =>
      site.read(join('D/.sd/obj', name)).startsWith('p/'),
    )!;
    for (const [path, code] of [
      ['D/.sd/catalog', 'signature_bad'],
      [`D/.sd/obj/${object}`, 'web_content_wrong'],
      ['D/HELLO/RUN/opt/hello/bin/hello', 'web_content_wrong'],
    ] as const) {
      const kept = readFileSync(site.path(path));
      edit(path, flipped);
      await refusedFromWeb(code);
      writeFileSync(site.path(path), kept);
    }
    const old = readFileSync(site.path('D/.sd/catalog'));
    const signature = readFileSync(site.path('D/.sd/catalog.minisig'));
    site.ok('swmodify', '-d', '-a', 'title=Newer', 'HELLO', '@', './D');
    site.ok('swsign', '-k', 'my.key', '@', './D');
    expect((await runBeside(site, 'swinstall', ['-s', server.url('D'), '*', '@', './S'])).exit).toBe(0);
    rmSync(site.path('ran'));
    writeFileSync(site.path('D/.sd/catalog'), old);
    writeFileSync(site.path('D/.sd/catalog.minisig'), signature);
    await refusedFromWeb('catalog_replayed');
  });

  test('a text depot unpacked from a signed archive', async () => {
    packageSerial();
    rmSync(site.path('D'), { recursive: true });
    site.write('D/x', '');
    execFileSync('tar', ['-xf', site.path('x.depot'), '-C', site.path('D')]);
    edit('D/catalog/HELLO/RUN/preinstall', flipped);
    await refusedFromWeb('signature_bad', ...REQUIRED);
    edit('D/catalog/HELLO/RUN/preinstall', flipped);
    expect((await install(...REQUIRED)).exit).toBe(0);
    expect(rows(site.ok('swlist', '@', './R'))).toHaveLength(1);
  });
});
