// Option table: depots on the web, and signatures (docs/web-depots.md, docs/signed-depots.md). Ours, not SD's.

import { boolean, integer, LARGEST, path } from './declaration.ts';

export const SOURCES = {
  sign_key: path('cp pk sg', '', 'Secret key in minisign format that the target depot is signed with.'),
  trusted_keys: path('in cp vf ls pk ak', '/var/adm/sw/keys', 'Directory of the public keys whose signatures count.'),
  verify_signatures: boolean('in cp vf ls pk ak', false, 'Refuse depots that are not signed with a trusted key.'),
  web_cache: path('in cp vf ls pk ak', '/var/adm/sw/web', 'Directory for files from depots on the web.'),
  web_cache_size: integer('in cp vf ls pk ak', 2048, [0, LARGEST], 'Megabytes of them kept after a session.'),
  web_connections: integer('in cp vf ls pk ak', 6, [1, 64], 'Files fetched from the web at a time.'),
  web_retries: integer('in cp vf ls pk ak', 4, [0, 20], 'Further tries after a failure that may pass.'),
  web_timeout: integer('in cp vf ls pk ak', 30, [1, 3600], 'Seconds to wait for the next byte from the web.'),
} as const;
