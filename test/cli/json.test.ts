// --json (issue 10, point 4): every command that has it answers with one document on stdout, as lib/schema/swdist-1.json says, and nothing
// else there; what people read goes to stderr.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { validate } from '../unit/store/schema.ts';
import { DemoSite } from './demo-site.ts';
import { type Ran, rows } from './site.ts';

const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../lib/schema/swdist-1.json'), 'utf8'));

interface Document {
  readonly document: string;
  readonly exit_code: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look where the schema has said that there is something
  readonly [field: string]: any;
}

let site: DemoSite;
beforeAll(() => {
  site = new DemoSite();
  site.install('X11');
});
afterAll(() => site.strike());

/** The document a command answers with; it must be what the schema says, and tell the command's own exit code. */
function answered(ran: Ran): Document {
  const document = JSON.parse(ran.stdout) as Document;
  const name = document.document.replace('swdist.', '');
  expect(validate(schema, schema.$defs[name], document)).toEqual([]);
  expect(document.exit_code).toBe(ran.exit);
  return document;
}
const asked = (command: string, ...words: string[]) => answered(site.run(command, [...words, '--json']));

describe('swlist --json', () => {
  test.each(['bundle', 'product', 'subproduct', 'fileset', 'file', 'control_file', 'category', 'patch'])(
    'has the objects of level %s that the text has',
    (level) => {
      const { objects } = asked('swlist', '-l', level, '@', './R').targets[0];
      expect(objects).toHaveLength(rows(site.ok('swlist', '-l', level, '@', './R')).length);
    },
  );

  test('without a level it has bundles and products, each with its class', () => {
    const { objects } = asked('swlist', '-s', site.depot).targets[0];
    expect(objects).toContainEqual({
      class: 'product',
      name: 'PHSS_25201',
      attributes: { revision: '1.0', title: 'xclock cumulative patch' },
    });
  });

  test('values have the type of their keyword; what an object lacks is absent', () => {
    const words = ['-a', 'size', '-a', 'is_patch', '-a', 'ancestor', '-a', 'category_tag', '-a', 'readme'];
    const { objects } = asked('swlist', '-s', site.depot, '-l', 'fileset', ...words, 'PHSS_25201').targets[0];
    expect(objects).toEqual([
      {
        class: 'fileset',
        name: 'PHSS_25201.X11-RUN-CL',
        of: 'PHSS_25201',
        attributes: {
          size: expect.any(Number),
          is_patch: true,
          ancestor: ['X11.X11-RUN-CL,fr=B.11.11,v=DEMO'],
          category_tag: ['patch'],
        },
      },
    ]);
  });

  test('files say whose they are, patches what they are for, -v gives every attribute', () => {
    const files = asked('swlist', '-l', 'file', '-a', 'mode', 'X11.X11-RUN', '@', './R').targets[0].objects;
    expect(files).toContainEqual({
      class: 'file',
      name: '/usr/bin/X11/startx',
      of: 'X11.X11-RUN',
      attributes: { mode: '0555' },
    });
    const patches = asked('swlist', '-l', 'patch', 'X11.X11-RUN-CL', '@', './R').targets[0].objects;
    expect(patches.map(({ name, base }: { name: string; base: string }) => [name, base])).toContainEqual([
      'PHSS_27875.X11-RUN-CL',
      'X11.X11-RUN-CL',
    ]);
    const [all] = asked('swlist', '-v', '-l', 'product', 'X11', '@', './R').targets[0].objects;
    expect(all.attributes).toMatchObject({ tag: 'X11', location: '/', size: expect.any(Number) });
  });

  test('several targets are in one document; what is not found is a finding, and said on stderr too', () => {
    const ran = site.run('swlist', ['--json', 'X11', '@', './R', './none']);
    const { targets } = answered(ran);
    expect(targets.map((target: { listed: boolean }) => target.listed)).toEqual([true, false]);
    expect(targets[1].findings[0].code).toBe('target_missing');
    expect([ran.exit, ran.stderr]).toEqual([2, expect.stringContaining('[target_missing]')]);
  });

  test('ten thousand products leave while they are printed, each on a line of its own', async () => {
    // A depot of another maker: text alone, which costs nothing to make.
    const products = Array.from({ length: 10_000 }, (_, at) => {
      const name = `P${at}`;
      return `product\ntag ${name}\ncontrol_directory ${name}\nrevision 1.${at}\n`;
    });
    site.write('many/catalog/INDEX', `distribution\nlayout_version 1.0\n${products.join('')}`);
    const child = site.start('swlist', ['--json', '-s', site.path('many')]);
    const pieces: string[] = [];
    child.stderr!.resume();
    child.stdout!.on('data', (piece) => pieces.push(String(piece)));
    const exit = await new Promise((resolve) => child.on('close', resolve));
    const text = pieces.join('');
    const { targets } = answered({ exit: exit as number, stdout: text, stderr: '' });
    expect(targets[0].objects).toHaveLength(10_000);
    expect(pieces.length).toBeGreaterThan(4);
    expect(text.split('\n').filter((line) => line.includes('"class":"product"'))).toHaveLength(10_000);
    // A reader that has seen enough ends the listing, not the program with an error.
    const cut = site.onTerminal(`bash -c 'swlist --json -s ${site.path('many')} | head -1; echo \${PIPESTATUS[0]}'`);
    expect(cut.stdout.split('\n').slice(0, 2)).toEqual([text.split('\n')[0], '0']);
  });
});

describe('sessions', () => {
  test('a preview tells each step with its reason and changes nothing', () => {
    const before = site.picture('N');
    const { preview, jobid, targets } = asked('swinstall', '-p', '-s', site.depot, 'X11.X11-RUN', '@', './N');
    expect([preview, jobid]).toEqual([true, expect.stringMatching(/-\d{4}$/)]);
    const { steps } = targets[0].plan;
    expect(
      steps.map((step: { action: string; name: string; reason: object }) => [step.action, step.name, step.reason]),
    ).toEqual(
      expect.arrayContaining([
        ['install', 'X11.X11-RUN', { kind: 'asked', spec: 'X11.X11-RUN' }],
        [
          'install',
          'X11.X11R6-SHLIBS',
          { kind: 'requisite', relation: 'prerequisite', of: 'X11.X11-RUN', spec: 'X11.X11R6-SHLIBS' },
        ],
      ]),
    );
    expect(site.picture('N')).toBe(before);
  });

  test('copy, remove, modify, package and verify answer alike', () => {
    const commands: [string, ...string[]][] = [
      ['swcopy', '-s', site.depot, 'X11', '@', site.path('copy')],
      ['swremove', '-p', 'PHSS_27875', '@', './R'],
      ['swmodify', '-p', '-a', 'title=new', 'X11', '@', './R'],
      ['swmodify', '-p', '-x', 'patch_commit=true', 'PHSS_27875', '@', './R'],
      ['swpackage', '-p', '-s', site.depot, '-d', site.path('copy2')],
      ['swverify', 'X11', '@', './R'],
    ];
    for (const [command, ...words] of commands) {
      const { targets, ...rest } = asked(command, ...words);
      expect([command, rest.command, targets[0].exit_code, targets[0].findings]).toEqual([
        command,
        command,
        0,
        expect.any(Array),
      ]);
    }
  });

  test('a failed session is a document too, with its findings; errors stay on stderr', () => {
    const ran = site.run('swremove', ['--json', 'NONE', '@', './R']);
    const { targets } = answered(ran);
    expect([ran.exit, targets[0].findings[0].code]).toEqual([1, 'software_not_found']);
    expect(ran.stderr).toContain('[software_not_found]');
    expect(ran.stderr).not.toContain('BEGIN');
  });

  test('damage that swverify finds is told by code and text, the filesets with their states', () => {
    site.install('-x', 'reinstall=true', '-x', 'autoselect_patches=false', 'X11.X11-MAN');
    const page = '/usr/share/man/man1/xclock.1';
    const file = site.ok('swlist', '-l', 'file', 'X11.X11-MAN', '@', './R').match(/X11\.X11-MAN: (\S+)$/m)?.[1] ?? page;
    writeFileSync(site.path(`R${file}`), 'changed');
    const { targets } = answered(site.run('swverify', ['--json', 'X11.X11-MAN', '@', './R']));
    expect(targets[0].findings.length).toBeGreaterThan(0);
    expect(targets[0].filesets).toHaveLength(1);
  });

  test('what stops a command before its session is a document of its own', () => {
    expect(asked('swinstall', '-x', 'patch_filtr=x', 'X11')).toMatchObject({
      document: 'swdist.error',
      code: 'unknown_option',
      because: 'Did you mean "patch_filter"?',
    });
    expect(asked('swinstall', '-Q', '12:00', '-s', site.depot, 'X11').code).toBe('bad_usage');
  });
});

describe('swjob and questions', () => {
  test('jobs, with -a plan and -a log what these show', () => {
    expect(asked('swjob').jobs[0]).toMatchObject({ operation: 'install', results: 'success', preview: false });
    const [{ plans }] = asked('swjob', '-a', 'plan', '*-0001').jobs;
    expect(plans[0].steps.length).toBeGreaterThan(0);
    expect(asked('swjob', '-a', 'log', '*-0001').jobs[0].log).toContain('BEGIN swinstall SESSION');
    expect(asked('swjob', 'none').findings[0].code).toBe('job_not_found');
    expect(asked('swjob', '-a', 'undo', 'last').code).toBe('bad_usage');
  });

  test('why, asked of swjob and of swlist, has one answer', () => {
    const { targets } = asked('swlist', '--why', 'PHSS_27875', '@', './R');
    expect(targets[0].answers[0].because.map((link: { name: string }) => link.name)).toEqual([
      'PHSS_27875.X11-RUN-CL',
      'X11.X11-RUN-CL',
    ]);
    expect(asked('swjob', '-a', 'why', 'PHSS_27875', '@', './R').targets).toEqual(targets);
  });

  test('difference and graph', () => {
    const { lacking } = asked('swlist', '--diff', site.depot, '@', './R');
    expect(lacking.map((each: { name: string }) => each.name)).toEqual(['OS-Core']);
    const { nodes, edges } = asked('swlist', '--graph', '@', './R');
    expect(nodes.map((node: { name: string; state: string }) => `${node.name} ${node.state}`)).toContain(
      'PHSS_27875.X11-RUN-CL applied',
    );
    expect(edges.length).toBeGreaterThan(3);
  });
});
