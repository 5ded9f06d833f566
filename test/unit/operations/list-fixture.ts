// Shared by the tests of swlist: a request with SD's defaults, and a catalog listed all the way to its lines.

import type { Catalog } from '../../../src/model/catalog.ts';
import { withAllRows } from '../../../src/operations/list.ts';
import type { ListOptions, ListRequest } from '../../../src/operations/list-catalog.ts';
import { listCatalog } from '../../../src/operations/list-catalog.ts';
import { listingLines } from '../../../src/report/listing.ts';

type Asked = Partial<Omit<ListRequest, 'options'>> & { readonly options?: Partial<ListOptions> };

export function request(asked: Asked = {}): ListRequest {
  return {
    host: 'sheldon',
    target: '/',
    depot: false,
    levels: [],
    attributes: [],
    verbose: false,
    software: [],
    registries: [],
    ...asked,
    options: {
      admin_directory: '/var/adm/sw',
      create_time_filter: 0,
      layout_version: '1.0',
      one_liner: ['revision', 'title'],
      patch_one_liner: ['title', 'patch_state'],
      show_superseded_patches: false,
      software_view: 'all_bundles',
      trusted_keys: '/var/adm/sw/keys',
      verify_signatures: false,
      web_cache: '/var/adm/sw/web',
      web_cache_size: 2048,
      web_connections: 6,
      web_retries: 1,
      web_timeout: 30,
      ...asked.options,
    },
  };
}

/** Lines behind the heading, and the texts of the findings. `whole` has the heading too; both are empty when nothing was found. */
export function swlist(catalog: Catalog, asked: Asked = {}): { whole: string[]; body: string[]; errors: string[] } {
  const { sections, findings } = listCatalog(catalog, request(asked));
  const target = { host: 'sheldon', path: asked.target ?? '/' };
  const whole = sections
    ? listingLines({ of: 'software', sections: sections.map(withAllRows) }, target)
        .join('\n')
        .split('\n')
    : [];
  return { whole, body: whole.slice(6), errors: findings.map((finding) => finding.text) };
}

/** First words of the lines that are neither comments nor empty. */
export function names(lines: readonly string[]): string[] {
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.trim().split(/\s+/)[0]!);
}
