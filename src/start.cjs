// Starts the program. The files of the build are compiled with the code that V8 made of them at the build and that lies beside each as
// `.code`, which takes a tenth off a small listing. V8 itself refuses code of another version of Node, of other
// flags or of a file of another length; then the file is compiled as usual.

'use strict';
const { readFileSync } = require('node:fs');
const { dirname } = require('node:path');
const { Script } = require('node:vm');

// Node opens its debugger to whoever sends this signal, until somebody has listened to it; from then on the system's own answer holds,
// which is the end of the process, and sessions may listen themselves (host/signals.ts).
const heard = () => undefined;
process.on('SIGUSR1', heard).off('SIGUSR1', heard);

/** What was compiled, by path; the build takes its code from here. */
const scripts = new Map();

require.extensions['.cjs'] = (module, filename) => {
  if (dirname(filename) !== __dirname) return require.extensions['.js'](module, filename);
  const source = `(function (exports, require, module, __filename, __dirname) { ${readFileSync(filename, 'utf8')}\n});`;
  const script = new Script(source, { filename, cachedData: codeOf(filename) });
  scripts.set(filename, script);
  const requireFrom = (id) => module.require(id);
  script.runInThisContext()(module.exports, requireFrom, module, filename, dirname(filename));
};

// The code stands there twice, for V8 does not look whether it is whole, and would run what half a write has left.
function codeOf(filename) {
  try {
    const twice = readFileSync(`${filename}.code`);
    const code = twice.subarray(0, twice.length / 2);
    return code.equals(twice.subarray(twice.length / 2)) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Runs the command of that name with the words of the command line. */
exports.main = (name) => require('./main.cjs').main(name);
exports.scripts = scripts;
