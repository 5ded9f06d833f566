// Option table, part two: how the work is done and checked (commands.md 4 and 4.1).

import { boolean, choice, integer, path } from './declaration.ts';

export const WORKING = {
  admin_directory: path(
    'in cp rm cf vf ls md pk rg ak jb ac ag cl sp ch',
    '/var/adm/sw',
    'Directory of catalog, logs, jobs and registrations of this machine.',
  ),
  check_contents: boolean('vf', true, 'Compare the contents of files.'),
  check_contents_use_cksum: boolean('vf', true, 'Compare contents by checksum, not only by size and time.'),
  check_permissions: boolean('vf', true, 'Compare owner, group and mode.'),
  check_requisites: boolean('vf', true, 'Check that requirements are met.'),
  check_scripts: boolean('vf', true, 'Run verify scripts.'),
  check_volatile: boolean('vf', false, 'Compare the contents of volatile files too.'),
  create_target_path: boolean('in cp', true, 'Make the target directory when it does not exist.'),
  defer_configure: boolean('in', false, 'Leave software installed; swconfig configures it later.'),
  enforce_dependencies: boolean('in cp rm cf vf', true, 'Refuse software whose requirements are not met.'),
  enforce_dsa: boolean('in cp pk', true, 'Refuse what does not fit on the disk.'),
  enforce_locatable: boolean('in vf', true, 'Refuse another location for software that cannot be moved.'),
  enforce_scripts: boolean('in rm cf ak', true, 'Treat the failure of a control script as an error.'),
  follow_symlinks: boolean('pk', false, 'Package what a symbolic link points to instead of the link.'),
  ipd: boolean('vf', false, 'Recompute every index of the catalog itself and compare what is published with it.'),
  layout_version: choice('cp ls md pk', '1.0', ['1.0', '0.8'], 'Layout of the depot that is written.'),
  lock_timeout: integer(
    'in cp rm cf vf md pk ak cl',
    300,
    [0, 86_400],
    'Seconds to wait for another session on the target.',
  ),
  patch_commit: boolean('md', false, 'Commit patches: delete the files saved for their removal.'),
  patch_save_files: boolean('in', true, 'Save the files a patch replaces, so that it can be removed.'),
  preview: boolean('in cp rm cf md pk', false, 'Stop after the analysis, like -p.'),
  reconfigure: boolean('cf', false, 'Configure software that is configured already.'),
  recopy: boolean('cp', false, 'Copy software that the depot has already.'),
  register_new_depot: boolean('cp', true, 'Register a depot that this session makes.'),
  register_new_root: boolean('in', true, 'Register an alternate root that this session makes.'),
  reinstall: boolean('in', false, 'Install software that is installed already.'),
  remove_empty_depot: boolean('rm', true, 'Remove the depot itself with its last product.'),
  remove_obsolete_filesets: boolean('cp pk', false, 'Remove filesets that the new version no longer has.'),
  run_scripts: boolean('in rm', true, 'Run control scripts.'),
} as const;
