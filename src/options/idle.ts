// Option table, part four: accepted, documented, without effect. Each group says why; setting one gives a NOTE with that reason.

import { boolean, choice, integer, LARGEST, list, octal, path, text, without } from './declaration.ts';

const NETWORK = without('Commands work on this machine themselves; no daemon or agent is asked over the network.', {
  agent: path('ag', '/usr/lbin/swagent', 'Program of the agent.'),
  agent_auto_exit: boolean('in cp rm cf vf', true, 'Let the agent end right after the execution.'),
  agent_timeout_minutes: integer('in cp rm vf ls jb', 10_000, [0, LARGEST], 'Minutes after which an idle agent ends.'),
  alternate_source: path('ag', '', 'Source the agent uses instead of the one it is told.'),
  controller_source: path('in cp rm cf vf', '', 'Depot the controller reads instead of the source.'),
  lookupcache_timeout_minutes: integer(
    'in cp rm cf vf ls md pk rg ak jb ac ag',
    10,
    [0, 10_080],
    'Minutes a looked-up host name stays valid.',
  ),
  max_targets: integer('in cp', 25, [-1, LARGEST], 'Number of targets worked on at a time.'),
  retry_rpc: integer('in cp', 1, [0, 9], 'Number of retries after a broken connection.'),
  retry_rpc_interval: list('in cp', ['0'], 'Minutes before each retry.'),
  rpc_binding_info: list(
    'in cp rm cf vf ls rg jb ac ag',
    ['ncacn_ip_tcp:[2121]', 'ncadg_ip_udp:[2121]'],
    'Protocols and ports of the daemon.',
  ),
  rpc_binding_info_alt_source: list('ag', ['ncadg_ip_udp:[2121]'], 'The same for the alternate source.'),
  rpc_binding_info_source: list('in cp', [], 'The same for the source.'),
  rpc_binding_info_target: list('in cp', [], 'The same for the targets.'),
  rpc_timeout: integer('in cp rm cf vf ls rg ak jb ac ag', 5, [0, 9], 'Patience with a slow network.'),
  use_alternate_source: boolean('in cp', false, 'Let each agent use its alternate source.'),
});

const UPDATE = without('An operating system is not updated from here.', {
  os_name: text('in', '', 'System name for an update of the operating system.'),
  os_release: text('in', '', 'System release for an update of the operating system.'),
});

const CLEANUP = without('HP-UX runs these programs of its own around a session; Linux has no such programs.', {
  config_cleanup_cmd: path('ag', '/usr/lbin/sw/config_clean', 'Program run after configure scripts.'),
  install_cleanup_cmd: path('ag', '/usr/lbin/sw/install_clean', 'Program run after the files are loaded.'),
  install_setup_cmd: path('ag', '/usr/lbin/sw/install_setup', 'Program run before kernel filesets are loaded.'),
});

const MOUNTS = without(
  'File systems are used as they are mounted; files on network file systems are files like others.',
  {
    mount_all_filesystems: boolean('in cp rm cf vf', true, 'Mount what the file system table names.'),
    mount_cmd: path('ag', '/sbin/mount', 'Program that mounts.'),
    write_remote_files: boolean('in cp rm cf pk', false, 'Write to network file systems too.'),
  },
);

const TRANSACTIONS = without(
  'Each product is one transaction: it is loaded whole or everything is put back, and every file is written anew.',
  {
    reinstall_files: boolean('in cp pk', false, 'Write files that are there already and equal.', { swpackage: true }),
    reinstall_files_use_cksum: boolean('in cp pk', true, 'Compare by checksum for that decision.', {
      swpackage: false,
    }),
  },
);

const STORAGE = without('Files of any size are taken, gzip is built in, and catalogs are small enough as they are.', {
  allow_large_files: boolean('md pk', false, 'Accept files of 2 GB and more.'),
  allow_large_serial_depot: boolean('pk', false, 'Accept large files in a serial depot.'),
  check_contents_uncompressed: boolean('vf', false, 'Uncompress stored files to compare them.'),
  compress_cmd: path('pk ag', '/usr/contrib/bin/gzip', 'Program that compresses.'),
  compress_index: boolean('in cp rm cf md pk', false, 'Write INDEX.gz and INFO.gz beside the catalog files.'),
  compression_type: text('pk ag', 'gzip', 'Name of the compression.'),
  uncompress_cmd: path('pk ag', '', 'Program that uncompresses.'),
});

const DERIVED = without('What is needed is found from the path or the objects themselves.', {
  source_cdrom: path('in cp', '/SD_CDROM', 'Source when source_type is cdrom.'),
  source_tape: path('in cp pk', '/dev/rmt/0m', 'Source when source_type is tape.'),
  source_type: choice('in cp pk', 'directory', ['directory', 'cdrom', 'tape', 'file'], 'Kind of the source.'),
  installed_software_catalog: path(
    'in rm cf vf ls md ak ac',
    'products',
    'Place of the installed catalog below admin_directory.',
  ),
});

const LISTS = without(
  'What has no access list of its own follows its template (swacl), so none has to be written for it.',
  {
    create_target_acls: boolean('pk', true, 'Write access control lists for what is packaged.'),
  },
);

const PERMISSIONS = without('Who may do what is decided by the permissions of the file system.', {
  customer_umask_octal: octal('rm', 0o022, 'Permissions taken from files that are made.'),
  source_depot_audit: boolean('ag', true, 'Record who copied what.'),
});

const PROTECTED = without(
  'A codeword unlocks content that HP has encrypted, by a method that is not public; nothing else makes such software.',
  {
    codeword: text('in cp', '', 'Word that unlocks protected software.'),
    customer_id: text('in cp', '', 'Number that belongs to the codeword.'),
  },
);

const LATER = without('This release does not do it.', {
  allow_partial_bundles: boolean('pk', true, 'Package bundles whose contents are not all there.'),
  force_single_target: boolean('rm', false, 'Offer one target only in the user interface.'),
  include_file_revisions: boolean('pk', false, 'Store the revision that what(1) finds in each file.'),
  package_in_place: boolean('pk', false, 'Make a depot that refers to the source files.'),
  polling_interval: integer('in cp rm', 2, [0, LARGEST], 'Seconds between two updates of the user interface.'),
  remove_empty_depot_directory: boolean('rm', false, 'Remove the directory of an emptied depot too.'),
});

export const IDLE = {
  ...NETWORK,
  ...UPDATE,
  ...CLEANUP,
  ...MOUNTS,
  ...TRANSACTIONS,
  ...STORAGE,
  ...DERIVED,
  ...LISTS,
  ...PERMISSIONS,
  ...PROTECTED,
  ...LATER,
} as const;
