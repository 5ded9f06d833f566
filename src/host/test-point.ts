// Test points: named moments at which the test build can die, fail, wait or leave a trace (crash tests, D4).
// Promise: the shipped build holds none of it; `SW_TEST_HOOKS` is a compile-time constant there and the branch is dropped.
//   SW_CRASH_AT=n         SIGKILL to itself at the n-th point        SW_TRACE_STEPS=file   append the name of each point
//   SW_FAIL_AT=n:ENOSPC   throw that errno at the n-th point         SW_DELAY_MS=k         sleep k ms at each point named `file`
//   SW_CRASH_ON=name:n    SIGKILL at the n-th point of that name
//   SW_STOP_AT=n          SIGSTOP to itself at the n-th point        SW_NO_FSYNC=1         no fsync of files: the power-cut control

import { appendFileSync } from 'node:fs';

let passed = 0;
let onNamed = 0;

/** Marks one step towards a durable change. Does nothing outside the test build; there it may throw an errno error. */
export function testPoint(name: string): void {
  if (SW_TEST_HOOKS) obey(name, process.env);
}

/** True where the test build shall leave out the fsync of files, so that a power cut can be seen to matter. Never in the shipped one. */
export function withoutFsync(): boolean {
  return SW_TEST_HOOKS && process.env.SW_NO_FSYNC === '1';
}

function obey(name: string, env: NodeJS.ProcessEnv): void {
  passed += 1;
  if (env.SW_TRACE_STEPS) appendFileSync(env.SW_TRACE_STEPS, `${name}\n`);
  if (env.SW_DELAY_MS && name === 'file') {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(env.SW_DELAY_MS));
  }
  if (Number(env.SW_CRASH_AT) === passed) process.kill(process.pid, 'SIGKILL');
  const [onName, nth] = (env.SW_CRASH_ON ?? '').split(':');
  if (onName === name && ++onNamed === Number(nth)) process.kill(process.pid, 'SIGKILL');
  if (Number(env.SW_STOP_AT) === passed) process.kill(process.pid, 'SIGSTOP');
  const [at, errno = ''] = (env.SW_FAIL_AT ?? '').split(':');
  if (Number(at) === passed) throw Object.assign(new Error(`${errno}: injected at ${name}`), { code: errno });
}
