// Option table, part one: which software, from where, to where, and which patches (commands.md 4, patches.md 2.8).

import { boolean, choice, list, path, text, tristate } from './declaration.ts';

export const CHOOSING = {
  allow_downdate: boolean('in', false, 'Install an older revision over a newer one.'),
  allow_incompatible: boolean('in cf vf', false, 'Take software made for another machine or system.'),
  allow_insecure_depot: boolean('in ak', false, 'As root, install from a depot that every user can change.'),
  allow_multiple_versions: boolean('in cf vf', false, 'Accept several versions of one product at different locations.'),
  allow_split_patches: boolean('in cp rm', false, 'Take one fileset of a patch without its siblings.'),
  as_patch: boolean('in cp pk', false, 'Of a deb or rpm in several versions make the newer patches of the oldest.'),
  autoselect_dependencies: tristate('in cp cf vf ak', 'true', 'Select what the selected software requires.'),
  autoselect_dependents: boolean('rm cf', false, 'Select the software that requires the selected software.'),
  autoselect_minimum_dependencies: boolean(
    'in cp cf vf ak',
    false,
    'In a requirement "a|b" add nothing when another alternative is selected already.',
  ),
  autoselect_patches: boolean('in cp ak', true, 'Select the newest patches for the selected software.'),
  autoselect_reference_bundles: boolean(
    'in cp rm',
    true,
    'Take along the sticky bundles that hold the selected software.',
  ),
  control_files: list('md', [], 'Control files to add or read again, by tag; with -u to delete.'),
  distribution_source_directory: path('in cp pk ak', '/var/spool/sw', 'Source depot when -s is absent.'),
  distribution_target_directory: path('cp rm vf ls md pk rg ac sg', '/var/spool/sw', 'Depot when no target is named.'),
  distribution_target_serial: path('pk', '/dev/rmt/0m', 'Device or file of a serial depot when no target is named.'),
  enforce_selections: boolean(
    'in cp rm cf vf',
    false,
    'Stop when any selection is not found, instead of doing the rest.',
  ),
  files: list('md', [], 'Files to add or read again, by path; with -u to delete.'),
  level: list('ls rg ac', [], 'Object levels, as -l gives them.'),
  match_target: boolean('in', false, 'Select newer versions of what the target has.'),
  media_type: choice('pk', 'directory', ['directory', 'tape'], 'Make a directory depot or a serial one.'),
  objects_to_register: list('rg', [], 'Depots or roots to register, as the operands name them.'),
  patch_filter: text('in cp ak', '*.*', 'Software specification that automatic patches must match.'),
  patch_match_target: boolean('in cp', false, 'Select the patches that apply to what the target has.'),
  select_local: boolean('in cp rm cf vf ls rg ac', true, 'Take this machine when no target is named.'),
  show_superseded_patches: boolean('ls', false, 'List superseded patches too.'),
  software: list('in cp rm cf vf ls md pk ak ac', [], 'Software selections when no operand names any.'),
  source: path('in cp', '', 'Source depot, as -s gives it.'),
  source_file: path('pk', 'psf', 'Product specification file when -s is absent.'),
  targets: list('in cp rm cf vf ls md pk rg ak jb ac sg', [], 'Targets when no operand names any.'),
} as const;
