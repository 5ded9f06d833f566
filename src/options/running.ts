// Option table: control scripts, kernel and reboot (commands.md 4.1, 6.2, 7). The programs of the agent may be set for the command itself
// too: there is no agent of its own here.

import { boolean, integer, LARGEST, path, tristate } from './declaration.ts';

export const RUNNING = {
  ask: tristate('in cf ak', 'false', 'Run request scripts; as_needed: where there is no response yet.', {
    swask: 'true',
  }),
  auto_kernel_build: boolean('rm', true, 'Build the kernel after kernel filesets were removed.'),
  autorecover: boolean('in', false, 'Take a product back when one of its load scripts fails.'),
  autorecover_product: boolean('in', false, 'Older form of autorecover.'),
  autoreboot: boolean('in rm', false, 'Accept software that needs a reboot, and reboot for it.'),
  cmdline_file: path('in', '/proc/cmdline', 'File with the kernel command line, for conditions.'),
  enforce_kernbld_failure: boolean('in rm', true, 'Stop when the kernel cannot be built.'),
  kernel_build_cmd: path('in rm ag', '/usr/sbin/mk_kernel', 'Program that builds the kernel, where there is one.'),
  kernel_path: path('in rm ag', '/stand/vmunix', 'Path of the kernel, for control scripts.'),
  max_agents: integer('ag', -1, [-1, LARGEST], 'Number of scheduled jobs run at a time; below 1 there is no limit.'),
  minimum_job_polling_interval: integer(
    'ag',
    1,
    [0, 35_000],
    'Minutes between two looks at the job queue; 0: no job is run.',
  ),
  reboot_cmd: path('in rm ag', '/sbin/reboot', 'Program that reboots the machine.'),
  release_file: path(
    'in',
    '/etc/sw-release',
    'File below the root with release, datecode and buildid, for conditions.',
  ),
  script_timeout: integer(
    'in rm cf vf',
    0,
    [0, 604_800],
    'Seconds after which a control script and all it started are killed; 0: never.',
  ),
  system_file_path: path('in rm ag', '/stand/system', "Path of the kernel's system file, for control scripts."),
  system_prep_cmd: path(
    'in ag',
    '/usr/lbin/sysadm/system_prep',
    'Program run before kernel filesets are loaded, where there is one.',
  ),
} as const;
