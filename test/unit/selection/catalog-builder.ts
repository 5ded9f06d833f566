// In-memory catalogs for tests of selection and analysis, and the software of patches.md 8.1: ACME, its patches, the depots D0 D1 DP D3.

import type { Attributes, AttributeValue } from '../../../src/model/attributes.ts';
import type { Catalog, SavedFile } from '../../../src/model/catalog.ts';
import { emptyCatalog } from '../../../src/model/catalog.ts';
import type { EngineOptions } from '../../../src/model/request.ts';
import type { Bundle, Category, ControlFile, FileRecord, FilesetKey, Product } from '../../../src/model/software.ts';
import { filesetKey } from '../../../src/model/software.ts';

type More = Record<string, AttributeValue>;

export interface FilesetPart {
  readonly tag: string;
  /** Default: the tag. */
  readonly id?: string;
  readonly attributes?: More;
  readonly files?: readonly FileRecord[];
  readonly controlFiles?: readonly ControlFile[];
  readonly saved?: readonly SavedFile[];
}

export interface ProductPart {
  readonly tag: string;
  /** Default: the tag. */
  readonly id?: string;
  readonly attributes?: More;
  readonly filesets: readonly FilesetPart[];
  /** Subproduct tag → tags of filesets and subproducts in it. */
  readonly subproducts?: Record<string, readonly string[]>;
  readonly controlFiles?: readonly ControlFile[];
}

export interface CatalogPart {
  readonly kind?: 'depot' | 'root';
  readonly generation?: number;
  readonly products?: readonly ProductPart[];
  readonly bundles?: readonly { tag: string; id?: string; attributes?: More; contents: readonly string[] }[];
  readonly categories?: readonly { tag: string; attributes?: More }[];
  /** Owner (product id or fileset key) → control file tag → content. */
  readonly controlFiles?: Record<string, Record<string, string>>;
}

/** Builds a catalog; whatever is left out is empty. */
export function catalogOf(part: CatalogPart): Catalog {
  const files = new Map<FilesetKey, readonly FileRecord[]>();
  const saved = new Map<FilesetKey, readonly SavedFile[]>();
  const owners = new Map<string, FilesetKey[]>();
  const products = (part.products ?? []).map((product): Product => {
    const id = product.id ?? product.tag;
    for (const fileset of product.filesets) {
      const key = filesetKey(id, fileset.id ?? fileset.tag);
      files.set(key, fileset.files ?? []);
      saved.set(key, fileset.saved ?? []);
      for (const file of fileset.files ?? []) owners.set(file.path, [...(owners.get(file.path) ?? []), key]);
    }
    return {
      id,
      attributes: bag(product.tag, product.attributes),
      subproducts: Object.entries(product.subproducts ?? {}).map(([tag, contents]) => ({
        attributes: { tag, contents },
      })),
      filesets: product.filesets.map((fileset) => ({
        id: fileset.id ?? fileset.tag,
        attributes: bag(fileset.tag, fileset.attributes),
        controlFiles: fileset.controlFiles ?? [],
      })),
      controlFiles: product.controlFiles ?? [],
    };
  });
  const bundles: Bundle[] = (part.bundles ?? []).map((bundle) => ({
    id: bundle.id ?? bundle.tag,
    attributes: { ...bag(bundle.tag, bundle.attributes), contents: bundle.contents },
  }));
  const categories: Category[] = (part.categories ?? []).map((each) => ({
    attributes: bag(each.tag, each.attributes),
  }));
  const byId = new Map(products.map((product) => [product.id, product]));
  return {
    ...emptyCatalog(part.kind ?? 'depot'),
    generation: part.generation ?? 1,
    categories: () => categories,
    bundles: () => bundles,
    products: () => products,
    product: (id) => byId.get(id),
    files: (key) => files.get(key) ?? [],
    owners: (path) => owners.get(path) ?? [],
    saved: (key) => saved.get(key) ?? [],
    controlFile: (owner, tag) => {
      const content = part.controlFiles?.[owner]?.[tag];
      return content === undefined ? undefined : Buffer.from(content);
    },
  };
}

function bag(tag: string, more: More = {}): Attributes {
  return { tag, ...more };
}

/** Several parts as one depot, later products behind earlier ones; a second product of one tag gets the id `TAG.2`. */
export function depotOf(...products: readonly ProductPart[]): Catalog {
  const seen = new Map<string, number>();
  const numbered = products.map((product) => {
    const count = (seen.get(product.tag) ?? 0) + 1;
    seen.set(product.tag, count);
    return count === 1 ? product : { ...product, id: `${product.tag}.${count}` };
  });
  return catalogOf({ kind: 'depot', products: numbered });
}

/** ACME of a version, with the filesets named (all three by default). */
export function acme(revision = '2.0', tags: readonly string[] = ['RUN', 'MAN', 'KRN']): ProductPart {
  return {
    tag: 'ACME',
    attributes: { revision, vendor_tag: 'ACME', architecture: 'HP-UX_B.11.31_IA/PA' },
    filesets: tags.map((tag) => ({
      tag,
      attributes: { revision, ...(tag === 'KRN' ? { is_kernel: 'true' } : {}) },
      files: ACME_FILES[tag] ?? [],
    })),
  };
}

const ACME_FILES: Record<string, readonly FileRecord[]> = {
  RUN: [
    { path: '/opt/acme/bin/tool', type: 'f', mode: 0o555, size: 2, cksum: 1 },
    { path: '/opt/acme/lib/libacme.a', type: 'f', mode: 0o444, size: 200, cksum: 2 },
    { path: '/opt/acme/etc/cur', type: 's', link_source: 'conf0' },
  ],
  MAN: [{ path: '/opt/acme/man/tool.1', type: 'f', mode: 0o444, size: 2, cksum: 3 }],
  KRN: [{ path: '/opt/acme/kern/mod', type: 'f', mode: 0o444, size: 2, cksum: 4 }],
};

/**
 * A patch product r=1.0: fileset tag → attributes. Unless an ancestor is given it is `ACME.<tag>,fr=2.0`. `supersedes` names older
 * patch products: each fileset then lists their fileset of the same tag with `fr=*`.
 */
export function patch(
  tag: string,
  filesets: Record<string, More>,
  more: { supersedes?: readonly string[]; categories?: readonly string[]; attributes?: More } = {},
): ProductPart {
  return {
    tag,
    attributes: {
      revision: '1.0',
      vendor_tag: 'ACME',
      is_patch: 'true',
      category_tag: ['patch', ...(more.categories ?? [])],
      ...more.attributes,
    },
    filesets: Object.entries(filesets).map(([name, attributes]) => ({
      tag: name,
      attributes: {
        revision: '1.0',
        is_patch: 'true',
        is_sparse: 'true',
        ancestor: [`ACME.${name},fr=2.0`],
        ...(more.supersedes ? { supersedes: more.supersedes.map((older) => `${older}.${name},fr=*`) } : {}),
        ...attributes,
      },
    })),
  };
}

export const PT_1 = patch('PT_1', { RUN: {}, MAN: {} }, { categories: ['defect_repair'] });
export const PT_2 = patch(
  'PT_2',
  { RUN: {}, MAN: {} },
  { supersedes: ['PT_1'], categories: ['defect_repair', 'critical'] },
);
export const PT_3 = patch(
  'PT_3',
  { RUN: {}, MAN: {} },
  { supersedes: ['PT_2', 'PT_1'], categories: ['defect_repair', 'critical', 'enhancement'] },
);
export const PX_1 = patch('PX_1', { RUN: {} }, { categories: ['special_release'] });
export const PD_1 = patch(
  'PD_1',
  { KRN: { is_kernel: 'true', prerequisites: ['PT_2.RUN'] } },
  { categories: ['enhancement'] },
);
export const PO_1 = patch('PO_1', { RUN: { ancestor: ['ACME.RUN,fr=1.0'] } }, { categories: ['defect_repair'] });
export const PN_1 = patch('PN_1', { RUN: { ancestor: ['ACME.RUN,fr=3.0'] } });
export const PATCHES = [PT_1, PT_2, PT_3, PX_1, PD_1, PO_1];

/** D0 = ACME. */
export const depot0 = (): Catalog => depotOf(acme());
/** D1 = ACME + all patches. */
export const depot1 = (): Catalog => depotOf(acme(), ...PATCHES);
/** DP = all patches, and the bundle PBUN that contains PT_2. */
export const depotP = (): Catalog =>
  catalogOf({
    products: PATCHES,
    bundles: [{ tag: 'PBUN', attributes: { revision: '1' }, contents: ['PT_2,r=1.0,a=,v=ACME'] }],
  });
/** D3 = ACME r=3.0 (RUN only) + PN_1. */
export const depot3 = (): Catalog => depotOf(acme('3.0', ['RUN']), PN_1);

/**
 * The product as it stands on a root: location `/`, state configured; patch filesets `applied` to ACME.<tag>. `changes` sets further
 * attributes per fileset tag, e.g. `{ RUN: { patch_state: 'superseded', superseded_by: 'PT_2.RUN' } }`.
 */
export function installed(product: ProductPart, changes: Record<string, More> = {}): ProductPart {
  return {
    ...product,
    attributes: { location: '/', ...product.attributes },
    filesets: product.filesets.map((fileset) => ({
      ...fileset,
      attributes: {
        state: 'configured',
        location: '/',
        ...(fileset.attributes?.is_patch === 'true'
          ? { patch_state: 'applied', applied_to: `ACME.${fileset.tag}` }
          : {}),
        ...fileset.attributes,
        ...changes[fileset.tag],
      },
    })),
  };
}

/** A root holding these products; wrap each in `installed`. */
export function rootOf(...products: readonly ProductPart[]): Catalog {
  return catalogOf({ kind: 'root', products });
}

/** SD's defaults for the options the engine looks at, with changes. */
export function options(changes: Partial<EngineOptions> = {}): EngineOptions {
  return {
    admin_directory: '/var/adm/sw',
    allow_downdate: false,
    allow_incompatible: false,
    allow_insecure_depot: false,
    ipd: false,
    allow_multiple_versions: false,
    allow_split_patches: false,
    as_patch: false,
    ask: 'false',
    auto_kernel_build: true,
    autorecover: false,
    autorecover_product: false,
    autoreboot: false,
    autoselect_dependencies: 'true',
    autoselect_dependents: false,
    autoselect_minimum_dependencies: false,
    autoselect_patches: true,
    autoselect_reference_bundles: true,
    check_contents: true,
    check_contents_use_cksum: true,
    check_permissions: true,
    check_requisites: true,
    check_scripts: true,
    check_volatile: false,
    cmdline_file: '/proc/cmdline',
    create_target_path: true,
    create_time_filter: 0,
    compress_files: false,
    preserve_create_time: false,
    uncompress_files: false,
    defer_configure: false,
    enforce_dependencies: true,
    enforce_dsa: true,
    enforce_kernbld_failure: true,
    enforce_locatable: true,
    enforce_scripts: true,
    enforce_selections: false,
    follow_symlinks: false,
    kernel_build_cmd: '/usr/sbin/mk_kernel',
    kernel_path: '/stand/vmunix',
    layout_version: '1.0',
    lock_timeout: 0,
    match_target: false,
    media_type: 'directory',
    patch_commit: false,
    patch_filter: '*.*',
    patch_match_target: false,
    patch_save_files: true,
    reboot_cmd: '/sbin/reboot',
    recopy: false,
    reconfigure: false,
    register_new_depot: true,
    register_new_root: true,
    reinstall: false,
    release_file: '/etc/sw-release',
    remove_empty_depot: true,
    remove_obsolete_filesets: false,
    run_as_superuser: true,
    run_scripts: true,
    script_timeout: 0,
    show_superseded_patches: false,
    sign_key: '',
    system_file_path: '/stand/system',
    system_prep_cmd: '/usr/lbin/sysadm/system_prep',
    trusted_keys: '/var/adm/sw/keys',
    verify_signatures: false,
    web_cache: '/var/adm/sw/web',
    web_cache_size: 2048,
    web_connections: 6,
    web_retries: 1,
    web_timeout: 30,
    ...changes,
  };
}
