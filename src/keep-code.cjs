// Run by build.mjs in a process of its own: `node keep-code.cjs OUT`. Takes the built program through a small walk in a temporary root, so
// that V8 compiles what commands use, and lays the code of each file beside it (start.cjs).

'use strict';
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');
const { main, scripts } = require(resolve(process.argv[2], 'start.cjs'));

const top = mkdtempSync(join(tmpdir(), 'swdist-build-'));
const at = (name) => join(top, name);
process.env.HOME = at('home');
process.env.SWDIST_DEFAULTS = at('defaults');

// Paths are relative: a temporary directory may have blanks in its name.
const psf = `
product
  tag ONE
  revision 1.0
  fileset
    tag RUN
    directory tree=/opt/one
    file one
  end
end
product
  tag PHXX_1
  revision 1.0
  is_patch true
  fileset
    tag RUN
    ancestor ONE.RUN
    is_patch true
    directory tree=/opt/one
    file one
  end
end
`;
const walk = [
  ['swpackage', '-s', './psf', '@', './depot'],
  ['swinstall', '-p', '-v', '-s', './depot', '*', '@', './root'],
  ['swinstall', '-s', './depot', 'ONE', '@', './root'],
  ['swlist', '@', './root'],
  ['swlist', 'ONE', '@', './root'],
  ['swlist', '-l', 'file', '@', './root'],
  ['swlist', '--owner', '/opt/one/one', '@', './root'],
  ['swverify', '*', '@', './root'],
  ['swremove', 'PHXX_1', '@', './root'],
];

async function keep() {
  mkdirSync(at('tree'));
  mkdirSync(at('home'));
  mkdirSync(at('root'));
  writeFileSync(at('tree/one'), 'one\n');
  writeFileSync(at('psf'), psf);
  writeFileSync(at('defaults'), `admin_directory=${at('admin')}\n`);
  process.chdir(top);
  for (const [name, ...words] of walk) {
    process.argv = [process.execPath, name, ...words];
    await main(name);
    if (process.exitCode !== 0) throw new Error(`${name} ${words.join(' ')}: exit ${process.exitCode}`);
  }
  for (const [filename, script] of scripts) {
    const code = script.createCachedData();
    writeFileSync(`${filename}.code`, Buffer.concat([code, code]), { flush: true });
  }
}

keep().finally(() => rmSync(top, { recursive: true, force: true }));
