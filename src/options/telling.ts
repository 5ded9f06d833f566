// Option table, part three: what is told, listed and remembered (commands.md 4, 10, 14).

import { boolean, integer, LARGEST, list, path, text } from './declaration.ts';

export const TELLING = {
  autoremove_job: boolean('in cp rm cf vf', false, 'Forget the job when it has ended.'),
  create_time_filter: integer(
    'in cp ls',
    0,
    [0, LARGEST],
    'Leave out objects made after this time (seconds since 1970).',
  ),
  job_title: text('in cp rm cf vf', '', 'Title of the job, shown by swjob.'),
  log_msgid: integer(
    'in cp rm cf vf md pk rg ak sg',
    0,
    [0, 4],
    'Number messages: 1 errors, 2 warnings, 3 notes, 4 all.',
  ),
  logdetail: boolean('in cp rm cf vf rg ak', false, 'Log the options and the progress of each phase too.'),
  logfile: path(
    'in cp rm cf vf md pk rg ak ag sg',
    '/var/adm/sw/<command>.log',
    'Log of the session; it is appended to, never cut.',
  ),
  loglevel: integer('in cp rm cf vf md pk ak sg', 1, [0, 2], 'Log nothing (0), events (1), or each file too (2).'),
  one_liner: list('ls jb', ['revision', 'title'], 'Attributes shown in a line of a listing.', {
    swjob: ['jobid', 'operation', 'state', 'progress', 'results', 'title'],
    sd: ['jobid', 'operation', 'state', 'progress', 'results', 'title'],
  }),
  patch_one_liner: list('ls', ['title', 'patch_state'], 'Attributes shown in a line of a list of patches.'),
  return_warning_exitcode: boolean('in cp rm cf vf jb', false, 'Exit with 2 when there were only warnings.'),
  reuse_short_job_numbers: boolean('in cp rm cf vf', true, 'Begin again at 1 after job 9999.'),
  run_as_superuser: boolean(
    'in cp rm cf vf ls md pk rg ak jb ac cl sp ch sg',
    true,
    'When false, an ordinary user works with an own catalog under $HOME/.sw.',
  ),
  software_view: text(
    'in cp rm ls',
    'all_bundles',
    'Bundles to begin a listing with: all_bundles, products, or a category.',
  ),
  verbose: integer(
    'in cp rm cf vf ls md pk rg ak jb ac sg',
    1,
    [0, 2],
    'Say nothing (0), events (1), or each file too (2).',
    {
      swlist: 0,
      swjob: 0,
    },
  ),
} as const;
