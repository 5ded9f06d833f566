// swjob as a program: the queue, logs, why and undo (commands.md 5.11, 12.9, 14; evidence/ecosystem.md "Why is this here", "History and undo").

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jobsNamed } from '../../src/operations/jobs.ts';
import { planUndo } from '../../src/operations/jobs-undo.ts';
import { treePicture } from '../scenarios/runner/stage.ts';
import { flat, type Ran, Site } from './site.ts';

let site: Site;

beforeEach(() => {
  site = new Site();
  mkdirSync(site.path('R'));
});
afterEach(() => site.strike());

const product = (tag: string, revision: string, ...filesets: string[]) =>
  `product\n tag ${tag}\n revision ${revision}\n${filesets.join('')}`;
const fileset = (tag: string, path: string, content: string, ...more: string[]) => {
  site.write(`src/${content}`, content);
  return ` fileset\n  tag ${tag}\n  revision 1.0\n${more.map((line) => `  ${line}\n`).join('')}  file -m 555 src/${content} ${path}\n`;
};
const patch = (tag: string, content: string, ...more: string[]) => {
  const lines = ['is_patch true', 'ancestor ACME.RUN', ...more];
  return `product\n tag ${tag}\n revision 1.0\n is_patch true\n${fileset('RUN', '/opt/acme/tool', content, ...lines)}`;
};

/** Makes the depot `name` of these products. */
function depot(name: string, ...products: string[]): void {
  site.write(`${name}.psf`, products.join(''));
  site.ok('swpackage', '-s', `${name}.psf`, '@', `./${name}`);
}

/** ACME (RUN, MAN) and APP, which needs ACME.RUN, in D; PT_1 and its superseder PT_2 in P. */
function depots(): void {
  const acme = product('ACME', '1.0', fileset('RUN', '/opt/acme/tool', 't0'), fileset('MAN', '/opt/acme/man', 'm0'));
  depot('D', acme, product('APP', '1.0', fileset('CORE', '/opt/app/app', 'a0', 'prerequisite ACME.RUN')));
  depot('P', patch('PT_1', 't1'), patch('PT_2', 't2', 'supersedes PT_1.RUN,fr=*'));
}

function install(source: string, ...software: string[]): void {
  site.ok('swinstall', '-x', 'verbose=0', '-s', `./${source}`, ...software, '@', './R');
}

function swjob(...words: string[]): Ran {
  return site.run('swjob', words);
}

/** The cells of a listing, without heading and without the host of job ids. */
function listed(...words: string[]): string[][] {
  const lines = site.ok('swjob', ...words).split('\n');
  return lines.flatMap((line) =>
    line === '' || line.startsWith('#')
      ? []
      : [
          line
            .replace(/^ {2}\S+-(?=\d{4})/, '')
            .trim()
            .split(/ {2,}/),
        ],
  );
}

/** Everything on the root but the database, logs and dates of installation. */
function picture(): string {
  const tree = treePicture(site.path('R')).split('\n');
  const files = tree.filter(
    (line) => !/^. (var|var\/adm|var\/adm\/sw|var\/adm\/sw\/(ipd|products|save))(\/| )/.test(line),
  );
  const texts = tree.flatMap((line) => {
    const path = /^f (var\/adm\/sw\/products\/\S+)/.exec(line)?.[1];
    return path ? [`${path}\n${site.read(`R/${path}`).replace(/^.*(date|time).*\n/gm, '')}`] : [];
  });
  const saved = tree.filter((line) => line.startsWith('f var/adm/sw/save'));
  return [...files, ...texts, ...saved].join('\n');
}

describe('the list', () => {
  test('one line a job: columns, results, progress; a preview is a job, swpackage and swjob are none', () => {
    depots();
    install('D', 'APP');
    site.ok('swinstall', '-x', 'verbose=0', '-x', 'job_title=try it', '-p', '-s', './P', 'PT_1', '@', './R');
    site.ok('swverify', '-x', 'verbose=0', '*', '@', './R');
    expect(site.run('swcopy', ['-s', './D', 'NONE', '@', './E']).exit).toBe(1);
    site.ok('swremove', '-x', 'verbose=0', 'APP', '@', './R');
    expect(site.ok('swjob')).toMatch(/^# jobid +operation +state +progress +results +title\n/);
    expect(listed()).toEqual([
      ['0001', 'install', 'completed', '2/2', 'success'],
      ['0002', 'install', 'completed', 'analysis', 'success', 'try it'],
      ['0003', 'verify', 'completed', '2/2', 'success'],
      ['0004', 'copy', 'completed', 'selection', 'errors'],
      ['0005', 'remove', 'completed', '1/1', 'success'],
    ]);
  });

  test('a record that is none of ours does not hide the jobs beside it', () => {
    depots();
    site.ok('swinstall', '-s', './D', 'ACME', '@', './R');
    const kept = site.ok('swjob');
    site.write('adm/queue/vm-0000.job', '{"jobid":"vm-0000","command":"swinstall","begin":1,"targets":["vm:/"]}');
    site.write('adm/queue/vm-0001x.job', '');
    expect(site.ok('swjob')).toBe(kept);
  });

  test('operands are ids, patterns, last, or lines of a file; what is not found makes exit 1 or 2', () => {
    depots();
    for (const software of ['ACME', 'APP']) install('D', software);
    const ids = (...words: string[]) => listed(...words).map(([id]) => id);
    expect(ids('*-000[12]')).toEqual(['0001', '0002']);
    expect(ids('last')).toEqual(['0002']);
    site.write('ids', '# mine\n*-0001\n');
    expect(ids('-f', 'ids')).toEqual(['0001']);
    const none = swjob('nope');
    expect([none.exit, none.stdout.split('\n').length]).toEqual([1, 2]);
    expect(flat(none.stderr)).toContain('ERROR: There is no job "nope" in');
    expect([swjob('nope', '*-0001').exit, swjob('../last').exit]).toEqual([2, 1]);
  });

  test('attributes of choice, one_liner, every attribute, every target', () => {
    depots();
    site.ok('swcopy', '-x', 'verbose=0', '-s', './D', 'ACME', 'APP', '@', './E1', './E2');
    expect(listed('-a', 'software', '-a', 'exit_code')).toEqual([['0001', 'ACME APP', '0']]);
    expect(listed('-x', 'one_liner=operation owner')[0]![0]).toBe('copy');
    expect(listed('-R', '-a', 'results').map((row) => row.slice(1))).toEqual([
      ['success', expect.stringMatching(/\/E1$/)],
      ['success', expect.stringMatching(/\/E2$/)],
    ]);
    expect(listed('*', '@', './E2')).toHaveLength(1);
    const all = site.ok('swjob', '-v');
    expect(all).toMatch(/^targets +\S+E1\ntargets +\S+E2$/m);
    expect(all).toMatch(/^command +swcopy -x verbose=0 -s \.\/D ACME APP @ \.\/E1 \.\/E2$/m);
    expect(all).toMatch(/^generation_before +0\n/m);
    expect(all).toMatch(/^source +\S+:\S+\/D$/m);
    const wrong = swjob('-a', 'titel');
    expect([wrong.exit, flat(wrong.stderr).includes('Did you mean "title"?')]).toEqual([1, true]);
  });

  test('a killed session is a crashed job; an active one cannot be removed', () => {
    depots();
    install('D', 'ACME');
    const slow = site.start('swinstall', ['-s', './D', 'APP', '@', './R'], { env: { SW_DELAY_MS: '60000' } });
    try {
      const file = () => readdirSync(site.path('adm/queue')).find((name) => name.endsWith('-0002.plan1'));
      while (!file()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      expect(listed('last')[0]!.slice(1, 3)).toEqual(['install', 'active']);
      const refused = swjob('-u', 'last');
      expect([refused.exit, flat(refused.stderr).includes('[job_active]')]).toEqual([1, true]);
    } finally {
      slow.kill('SIGKILL');
    }
    while (listed('last')[0]![2] === 'active');
    expect(listed('last')[0]).toEqual(['0002', 'install', 'crashed', expect.anything(), 'errors']);
    expect(flat(swjob('-a', 'undo', 'last').stderr)).toContain('it did not come to its end.');
    expect(swjob('-u', 'last').exit).toBe(0);
  });

  test('a session that a signal ended has errors and cannot be taken back', async () => {
    depots();
    const slow = site.start('swinstall', ['-s', './D', '*', '@', './R'], { env: { SW_DELAY_MS: '300' } });
    const end = new Promise((resolve) => slow.on('exit', resolve));
    const planned = () =>
      readdirSync(site.path('adm')).includes('queue') &&
      readdirSync(site.path('adm/queue')).some((name) => name.endsWith('.plan1'));
    while (!planned()) await new Promise((resolve) => setTimeout(resolve, 20));
    slow.kill('SIGTERM');
    await end;
    expect(listed('last')[0]!.slice(1)).toEqual(['install', 'completed', expect.anything(), 'errors']);
    refused('last', 'it ended with errors');
  });

  test('-u forgets a job with all its files; -x return_warning_exitcode tells of warnings', () => {
    depots();
    for (const software of ['ACME', 'APP']) install('D', software);
    expect(swjob('-u').exit).toBe(1);
    site.ok('swjob', '-u', '*-0001');
    expect(readdirSync(site.path('adm/queue')).filter((name) => name.includes('-0001'))).toEqual([]);
    expect(listed().map(([id]) => id)).toEqual(['0002']);
    site.write('.swdefaults', 'swjob.nonsense=1\n');
    const words = ['-x', 'return_warning_exitcode=true'];
    expect([swjob().exit, swjob(...words).exit]).toEqual([0, 2]);
  });

  test('autoremove_job leaves nothing behind; sd and -i want a terminal', () => {
    depots();
    site.ok('swinstall', '-x', 'verbose=0', '-x', 'autoremove_job=true', '-s', './D', 'ACME', '@', './R');
    expect(readdirSync(site.path('adm/queue'))).toEqual(['last']);
    for (const ran of [swjob('-i'), site.run('sd', [])]) {
      expect([ran.exit, ran.stdout, flat(ran.stderr).includes('[no_terminal]')]).toEqual([1, '', true]);
    }
  });
});

describe('-a log', () => {
  test("the controller's part, and each agent's; rotated logs do no harm", () => {
    depots();
    site.ok('swcopy', '-s', './D', 'ACME', '@', './E1', './E2');
    install('D', 'ACME');
    rmSync(site.path('adm/swcopy.log'));
    const controller = site.ok('swjob', '-a', 'log', '*-0001');
    expect(controller.match(/BEGIN swcopy SESSION/g)).toHaveLength(2);
    expect(controller).not.toContain('-0002');
    const agent = site.ok('swjob', '-a', 'log', '*-0001', '@', './E2');
    expect(agent).toMatch(/BEGIN copy AGENT SESSION[\s\S]*Target: +\S+\/E2\n[\s\S]*END copy AGENT SESSION/);
    expect(agent).not.toContain('/E1');
    expect(site.ok('swjob', '-R', '-a', 'log', '*-0001').match(/BEGIN copy AGENT/g)).toHaveLength(2);
    const wrong = swjob('-a', 'log', '*-0002', '@', './E1');
    expect([wrong.exit, wrong.stdout, flat(wrong.stderr).includes('[no_such_target]')]).toEqual([1, '', true]);
    expect(swjob('-a', 'log', '-a', 'title', 'last').exit).toBe(1);
  });

  test('the same lines as in the shared log; sessions at one time do not mix', async () => {
    depots();
    const both = ['E1', 'E2'].map((target) => site.start('swcopy', ['-s', './D', '*', '@', `./${target}`]));
    await Promise.all(both.map((child) => new Promise((resolve) => child.on('exit', resolve))));
    const shared = site.read('adm/swcopy.log');
    for (const [id, target] of listed('-a', 'targets').map(([id, target]) => [id!, target!.slice(-2)])) {
      const log = site.ok('swjob', '-a', 'log', `*-${id}`);
      for (const line of log.trimEnd().split('\n')) expect(shared).toContain(line);
      const other = target === 'E1' ? '/E2' : '/E1';
      expect([log.includes(`/${target}`), log.includes(other)]).toEqual([true, false]);
    }
  });

  test('loglevel=0 keeps no log, and swjob says so', () => {
    depots();
    site.ok('swinstall', '-x', 'verbose=0', '-x', 'loglevel=0', '-s', './D', 'ACME', '@', './R');
    expect(flat(swjob('-a', 'log', 'last').stderr)).toContain('it ran with loglevel=0. [log_not_kept]');
  });
});

describe('-a plan and -a why', () => {
  test('the plan of a job is a table with reasons', () => {
    depots();
    install('D', 'APP');
    const lines = site.ok('swjob', '-a', 'plan', 'last').split('\n');
    expect(lines.slice(1, 6)).toEqual([
      '+---------+----------+----------+-------------------------------------+',
      '| Action  | Fileset  | Revision | Why                                 |',
      '+---------+----------+----------+-------------------------------------+',
      '| install | ACME.RUN | 1.0      | prerequisite "ACME.RUN" of APP.CORE |',
      '| install | APP.CORE | 1.0      | asked for: APP                      |',
    ]);
  });

  test('from reason to reason back to what was asked for, over several jobs', () => {
    depots();
    install('D', 'APP');
    site.ok('swinstall', '-x', 'verbose=0', '-x', 'patch_match_target=true', '-s', './P', '@', './R');
    const why = (...words: string[]) =>
      site.ok('swjob', '-a', 'why', ...words, '@', './R').replace(/\S+-(?=\d{4}, )/g, '');
    expect(why('ACME').split('\n').slice(2)).toEqual([
      expect.stringMatching(/^ACME\.RUN,l=\/,r=1\.0/),
      '    <- prerequisite "ACME.RUN" of APP.CORE',
      '    <- APP.CORE: asked for: APP',
      expect.stringMatching(/^ {7}0001, .*: swinstall -x verbose=0 -s \.\/D APP @ \.\/R$/),
      '',
    ]);
    const patched = why('PT_2');
    expect(patched).toMatch(/<- automatic: .* for ACME\.RUN \(patch_match_target\)\n {7}0002/);
    expect(patched).toMatch(
      /<- ACME\.RUN: prerequisite "ACME\.RUN" of APP\.CORE\n.*<- APP\.CORE: asked for: APP\n {7}0001/,
    );
    const none = swjob('-a', 'why', 'NONE', '@', './R');
    expect([none.exit, flat(none.stderr).includes('was not found on the target.')]).toEqual([1, true]);
  });

  test('without the job the answer says so, and what the catalog tells', () => {
    depots();
    install('D', 'APP');
    install('P', 'PT_1');
    site.ok('swjob', '-u', '*-0001');
    const why = (spec: string) => site.ok('swjob', '-a', 'why', spec, '@', './R');
    expect(why('ACME')).toMatch(/<- no job of the queue tells; the catalog says it was installed .* from \S+\/D\n/);
    expect(why('ACME')).toMatch(/APP\.CORE needs it now: prerequisite "ACME\.RUN"/);
    expect(why('PT_1')).toMatch(/<- asked for: PT_1\n/);
    site.ok('swjob', '-u', '*');
    expect(why('PT_1')).toMatch(/no job of the queue tells.*\n {7}it is applied to ACME\.RUN/);
  });
});

/** Takes a job back and expects the tree as it was when `before` was drawn. */
function undone(id: string, before: string): void {
  const preview = picture();
  site.ok('swjob', '-a', 'undo', '-p', id);
  expect(picture(), 'a preview changes nothing').toBe(preview);
  const ran = swjob('-a', 'undo', id);
  expect([ran.exit, /^ERROR/m.test(ran.stderr)], ran.stdout + ran.stderr).toEqual([0, false]);
  expect(picture()).toBe(before);
}

function refused(id: string, ...texts: string[]): void {
  const before = picture();
  const ran = swjob('-a', 'undo', id);
  expect(ran.exit).toBe(1);
  for (const text of texts) expect(flat(ran.stderr)).toContain(text);
  expect(picture()).toBe(before);
}

describe('-a undo', () => {
  test('of an installation: what it brought goes, with its prerequisites, the rest stays', () => {
    depots();
    install('D', 'ACME.MAN');
    site.write('R/opt/own', 'mine');
    const before = picture();
    install('D', 'APP');
    undone('last', before);
    expect(site.read('R/opt/own')).toBe('mine');
    expect(listed('last')[0]).toEqual([
      '0003',
      'remove',
      'completed',
      '2/2',
      'success',
      expect.stringMatching(/^undo of \S+-0002$/),
    ]);
    refused('*-0002', 'there is nothing to take back.');
  });

  test('of a patch, and of the undo itself', () => {
    depots();
    install('D', 'ACME');
    const base = picture();
    install('P', 'PT_1');
    const patched = picture();
    undone('last', base);
    expect(site.read('R/opt/acme/tool')).toBe('t0');
    undone('last', patched);
    undone('*-0002', base);
  });

  test('of a patch that superseded another: that one is active again', () => {
    depots();
    install('D', 'ACME');
    install('P', 'PT_1');
    const before = picture();
    install('P', 'PT_2');
    refused('*-0002', '[patch_superseded]', 'came with the job', 'Take that job back first.');
    undone('last', before);
    expect(site.read('R/opt/acme/tool')).toBe('t1');
  });

  test('of a removal: everything comes back from where it came, job by job, with patches and their saved files', () => {
    depots();
    install('D', 'ACME');
    install('P', 'PT_1');
    install('P', 'PT_2');
    install('D', 'APP');
    const before = picture();
    site.ok('swremove', '-x', 'verbose=0', '*', '@', './R');
    undone('last', before);
    site.ok('swremove', '-x', 'verbose=0', 'PT_2', '@', './R');
    expect(site.read('R/opt/acme/tool')).toBe('t1');
  });

  test('of an update: the old version, what it no longer had, and its patches come back', () => {
    depots();
    depot(
      'N',
      product('ACME', '2.0', fileset('RUN', '/opt/acme/tool', 'n0'), fileset('NEW', '/opt/acme/new', 'n1')).replaceAll(
        'revision 1.0',
        'revision 2.0',
      ),
    );
    install('D', 'ACME');
    install('P', 'PT_1');
    const before = picture();
    install('N', 'ACME');
    expect([site.read('R/opt/acme/tool'), existsSync(site.path('R/opt/acme/man'))]).toEqual(['n0', false]);
    undone('last', before);
    install('N', 'ACME');
    rmSync(site.path('D'), { recursive: true });
    refused(
      'last',
      `came from "${site.path('D')}" with the job`,
      'and that depot no longer holds it. [undo_source_missing]',
    );
  });

  test('of copies into a depot and of removals from one', () => {
    depots();
    site.ok('swcopy', '-x', 'verbose=0', '-s', './D', 'ACME', '@', './E');
    site.ok('swcopy', '-x', 'verbose=0', '-s', './D', 'APP', '@', './E');
    site.ok('swjob', '-a', 'undo', 'last');
    expect(readdirSync(site.path('E')).filter((name) => /^[A-Z]/.test(name))).toEqual(['ACME']);
    site.ok('swcopy', '-x', 'verbose=0', '-s', './D', 'APP', '@', './E');
    site.ok('swremove', '-x', 'verbose=0', '-d', 'ACME', '@', './E');
    site.ok('swjob', '-a', 'undo', 'last');
    expect(readdirSync(site.path('E')).filter((name) => /^[A-Z]/.test(name))).toEqual(['ACME', 'APP']);
  });

  test('a bundle goes with its contents and comes back with them', () => {
    depots();
    depot(
      'B',
      product('BOXED', '1.0', fileset('F', '/opt/boxed', 'b0')),
      'bundle\n tag BOX\n revision 7\n contents BOXED.F\n',
    );
    const empty = picture();
    install('B', 'BOX');
    const before = picture();
    site.ok('swremove', '-x', 'verbose=0', 'BOX', '@', './R');
    expect(site.ok('swlist', '-l', 'bundle', '@', './R')).not.toMatch(/\bBOX\b/);
    undone('last', before);
    expect(site.ok('swlist', '-l', 'bundle', '@', './R')).toContain('BOX');
    site.ok('swjob', '-a', 'undo', 'last');
    expect(
      picture()
        .replace(/^var\/adm\/sw\/products[\s\S]*/m, '')
        .trim(),
    ).toBe(empty.trim());
  });

  test('what has come back meanwhile is passed over, with a NOTE; the rest comes back', async () => {
    depots();
    install('D', 'ACME');
    install('D', 'APP');
    const before = picture();
    site.ok('swremove', '-x', 'verbose=0', 'APP', 'ACME.MAN', '@', './R');
    install('D', 'APP');
    const queue = { directory: site.path('adm/queue'), host: '', reuseShort: false };
    const [job] = jobsNamed(queue, '*-0003');
    const { findings } = await planUndo(queue, job!, { admin: '/var/adm/sw', wanted: 'all' });
    expect(findings.map(({ severity, code }) => [severity, code])).toEqual([['note', 'undo_passed_over']]);
    const said = flat(site.ok('swjob', '-a', 'undo', job!.jobid));
    expect(said).toContain('NOTE: "APP.CORE,l=/,r=1.0,fr=1.0" is there again already.');
    expect(picture()).toBe(before);
  });

  test('only on the targets named', () => {
    depots();
    site.ok('swcopy', '-x', 'verbose=0', '-s', './D', 'ACME', '@', './E1', './E2');
    site.ok('swjob', '-a', 'undo', 'last', '@', './E2');
    expect([existsSync(site.path('E1/ACME')), existsSync(site.path('E2/ACME'))]).toEqual([true, false]);
  });

  test('refused: previews, failures, verifications', () => {
    depots();
    site.ok('swinstall', '-x', 'verbose=0', '-p', '-s', './D', 'ACME', '@', './R');
    site.run('swinstall', ['-s', './D', 'ACME', 'NONE', '@', './R']);
    site.ok('swverify', '-x', 'verbose=0', '*', '@', './R');
    refused('*-0001', 'it was a preview and changed nothing. [undo_refused]');
    refused('*-0002', 'it ended with errors');
    refused('*-0003', 'a session of swverify brings and removes nothing.');
  });

  test('refused: what others need, what later jobs put on it or in its place', () => {
    depots();
    install('D', 'ACME');
    install('D', 'APP');
    refused('*-0001', '"APP.CORE,l=/,r=1.0"', '[dependents]', 'came with the job');
    site.ok('swremove', '-x', 'verbose=0', 'APP', '@', './R');
    install('P', 'PT_1');
    refused('*-0001', '"PT_1.RUN', 'would go along, which came with the job', 'Take that job back first.');
    depot(
      'N',
      product('ACME', '2.0', fileset('RUN', '/opt/acme/tool', 'n0')).replaceAll('revision 1.0', 'revision 2.0'),
    );
    install('N', 'ACME');
    refused('*-0001', '"ACME.RUN,l=/,r=1.0,fr=1.0" has given way to "ACME.RUN,l=/,r=2.0,fr=2.0" with the job');
  });

  test('refused: saved files were committed', () => {
    depots();
    install('D', 'ACME');
    install('P', 'PT_1');
    site.ok('swmodify', '-x', 'patch_commit=true', 'PT_1', '@', './R');
    refused('*-0002', 'its rollback files are not available (patch_state is committed). [patch_committed]');
  });

  test('a record is what undo goes by: without the plan there is nothing to take back', () => {
    depots();
    install('D', 'ACME');
    const queue = site.path('adm/queue');
    const plan = join(queue, readdirSync(queue).find((name) => name.endsWith('.plan1'))!);
    expect(JSON.parse(readFileSync(plan, 'utf8')).verb).toBe('install');
    rmSync(plan);
    refused('last', 'there is nothing to take back.');
    writeFileSync(join(queue, 'note.txt'), 'not a job');
    expect(listed()).toHaveLength(1);
  });
});
