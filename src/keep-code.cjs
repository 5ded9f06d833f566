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

const psf = `
product
  tag ONE
  revision 1.0
  fileset
    tag RUN
    directory ${top}=/opt/one
    file tree/one
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
    directory ${top}=/opt/one
    file tree/one
  end
end
`;
const walk = [
  ['swpackage', '-s', at('psf'), '@', at('depot')],
  ['swinstall', '-p', '-v', '-s', at('depot'), '*', '@', at('root')],
  ['swinstall', '-s', at('depot'), 'ONE', '@', at('root')],
  ['swlist', '@', at('root')],
  ['swlist', 'ONE', '@', at('root')],
  ['swlist', '-l', 'file', '@', at('root')],
  ['swlist', '--owner', '/opt/one/tree/one', '@', at('root')],
  ['swverify', '*', '@', at('root')],
  ['swremove', 'PHXX_1', '@', at('root')],
];

async function keep() {
  mkdirSync(at('tree'));
  mkdirSync(at('home'));
  mkdirSync(at('root'));
  writeFileSync(at('tree/one'), 'one\n');
  writeFileSync(at('psf'), psf);
  writeFileSync(at('defaults'), `admin_directory=${at('admin')}\n`);
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
