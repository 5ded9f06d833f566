// Lines as SD lays them out, measured on real logs (commands.md 10.3, 10.4, 10.5).

import { expect, test } from 'vitest';
import { layOut, optionLines, wrap } from '../../../src/report/layout.ts';
import type { Message } from '../../../src/report/message.ts';

const show = (message: Message, log_msgid = 0) => layOut(message, { log_msgid, gap: '         ' });

test('a banner of 71 columns stays whole, one of 72 is broken', () => {
  const whole = '02/03/12 11:56:57 MET  END configure AGENT SESSION (pid=5905)';
  expect(show({ as: 'banner', text: whole })).toEqual(['', `=======  ${whole}`, '']);
  expect(
    show({ as: 'banner', text: '02/03/12 11:53:38 MET  BEGIN configure AGENT SESSION (pid=5905) (jobid=hpux01-1982)' }),
  ).toEqual([
    '',
    '=======  02/03/12 11:53:38 MET  BEGIN configure AGENT SESSION',
    '         (pid=5905) (jobid=hpux01-1982)',
    '',
  ]);
});

test('messages of real logs break where they broke', () => {
  const job =
    'More information may be found in the agent logfile using the command "swjob -a log hpux01-1991 @ hpux01:/".';
  expect(show({ as: 'note', text: job })).toEqual([
    'NOTE:    More information may be found in the agent logfile using the',
    '         command "swjob -a log hpux01-1991 @ hpux01:/".',
  ]);
  const mount = '"hpux01:/":  There will be no attempt to mount filesystems that appear in the filesystem table.';
  expect(show({ as: 'progress', text: mount })).toEqual([
    '       * "hpux01:/":  There will be no attempt to mount filesystems',
    '         that appear in the filesystem table.',
  ]);
  const phase = 'The Execution Phase had errors.  See the above output for details.';
  expect(show({ as: 'error', text: phase })).toEqual([
    'ERROR:   The Execution Phase had errors.  See the above output for',
    '         details.',
  ]);
});

test('a word longer than a line stands alone, whole', () => {
  const path = `/${'x'.repeat(80)}`;
  expect(wrap('NOTE:    ', `See ${path} now.`)).toEqual(['NOTE:    See', `         ${path}`, '         now.']);
});

test('fields put their value in column 34 or 28, or on the next line', () => {
  const field = (value: string, where: 'controller' | 'agent', label = 'Targets') =>
    show({ as: 'field', label, value, in: where });
  expect(field('hpux01:/', 'controller')).toEqual(['       * Targets:                hpux01:/']);
  expect(field('ignite-ux:/var/opt/ignite/depots/irsa/11.11', 'controller', 'Source')).toEqual([
    '       * Source:',
    '         ignite-ux:/var/opt/ignite/depots/irsa/11.11',
  ]);
  expect(field('hpux01:/var/adm/sw/swagent.log', 'agent', 'Target logfile')).toEqual([
    '       * Target logfile:   hpux01:/var/adm/sw/swagent.log',
  ]);
});

test('option dumps pad names to 27, long ones to 35, and leave out empty values', () => {
  const lines = optionLines([
    ['admin_directory', '/var/adm/sw'],
    ['autoselect_reference_bundles', 'true'],
    ['installed_software_catalog', 'products'],
    ['job_title', ''],
  ]);
  expect(lines).toEqual([
    '             admin_directory            /var/adm/sw',
    '             autoselect_reference_bundles       true',
    '             installed_software_catalog products',
  ]);
});

test('log_msgid numbers errors first, all the rest with 4', () => {
  const message = { as: 'progress', text: 'x', msgid: 140061 } as const;
  expect(show(message, 3)).toEqual(['       * x']);
  expect(show(message, 4)).toEqual(['       * [140061] x']);
  expect(show({ as: 'error', text: 'x', msgid: 7 }, 1)).toEqual(['ERROR:   [7] x']);
});
