// Packages of other systems as a Depot: every one a product of one fileset, in the order given.
// Promise: what listings ask is answered from headers; a package's files are unpacked, and compared with its digests, when they are asked
//   for. What SD has no place for is said once, in a NOTE.

import { safeName } from '../../host/rootpath.ts';
import { type Attributes, attributesOf } from '../../model/attributes.ts';
import { type Catalog, emptyCatalog } from '../../model/catalog.ts';
import type { Finding } from '../../model/plan.ts';
import type { FileRecord, FilesetKey, Product } from '../../model/software.ts';
import { filesetKey } from '../../model/software.ts';
import type { Depot } from '../depot.ts';
import { controlScripts, type MadeControlFile } from './control-scripts.ts';
import { machineAttributes } from './machines.ts';
import { FILESET, patchTag, productTag } from './names.ts';
import { OpenPayloads } from './open-payloads.ts';
import type { OriginPackage } from './origin.ts';
import { differing, type Relatives, relate } from './patches.ts';
import { type Placed, Providers, type Requisites } from './requisites.ts';

export interface ImportOptions {
  /** Make the newer of several versions patches of the oldest (as_patch). */
  readonly asPatch: boolean;
  /** The catalog of the root or depot that the software goes to, where there is one. */
  readonly installed?: Catalog;
}

/** One package as software of this depot. */
interface Made {
  readonly from: OriginPackage;
  readonly product: Product;
  readonly key: FilesetKey;
  readonly control: ReadonlyMap<string, Buffer>;
  readonly relatives: Relatives;
  /** Needs that nobody here answers for. */
  readonly elsewhere: readonly string[];
}

/** The depot that these packages make. `location` is the file or directory they come from. */
export function packagesDepot(location: string, packages: readonly OriginPackage[], options: ImportOptions): Depot {
  const payloads = new OpenPayloads();
  const relatives = options.asPatch
    ? relate(packages, options.installed, (of) => payloads.records(of))
    : new Map<OriginPackage, Relatives>();
  const made = makeAll(packages, relatives, options.installed);
  const files = new Files(made, payloads);
  const byId = new Map(made.map((each) => [each.product.id, each.product]));
  const products = made.map((each) => each.product);
  return {
    kind: 'packages',
    location,
    parts: packages.map(({ file }) => file),
    findings: [],
    notes(filesets) {
      const taken = filesets.flatMap((key) => files.made(key) ?? []);
      const patches = options.asPatch ? [...notPatches(taken, made), ...stayBehind(taken, files)] : [];
      return [...leftOut(taken), ...outside(taken), ...patches];
    },
    catalog: {
      ...emptyCatalog('depot'),
      attributes: { layout_version: '1.0' },
      products: () => products,
      product: (id) => byId.get(id),
      files: (key) => files.records(key),
      controlFile: (owner, tag) => files.made(owner)?.control.get(tag),
      owners: (path) => files.owners(path),
    },
    // Unpacked and compared before analysis begins: what is damaged must not come out half-way.
    async bringRecords(wanted) {
      const ids = wanted && new Set(wanted);
      for (const { key, product } of made) if (ids?.has(product.id) ?? true) files.records(key);
    },
    content: (key, file) => payloads.content(files.made(key)!.from, file.path),
    close: () => payloads.close(),
  };
}

/** What each fileset brings, unpacked when it is first asked for. */
class Files {
  readonly #made: ReadonlyMap<FilesetKey, Made>;
  readonly #payloads: OpenPayloads;
  readonly #records = new Map<FilesetKey, readonly FileRecord[]>();
  readonly #gone = new Map<FilesetKey, readonly string[]>();
  #owners: Map<string, FilesetKey[]> | undefined;

  constructor(made: readonly Made[], payloads: OpenPayloads) {
    this.#made = new Map(made.map((each) => [each.key, each]));
    this.#payloads = payloads;
  }

  made(key: FilesetKey): Made | undefined {
    return this.#made.get(key);
  }

  records(key: FilesetKey): readonly FileRecord[] {
    const made = this.#made.get(key);
    if (made === undefined) return [];
    const known = this.#records.get(key) ?? this.#brought(made);
    this.#records.set(key, known);
    return known;
  }

  /** Paths of its base that a patch's version no longer has. */
  gone(key: FilesetKey): readonly string[] {
    this.records(key);
    return this.#gone.get(key) ?? [];
  }

  owners(path: string): readonly FilesetKey[] {
    this.#owners ??= this.#allOwners();
    return this.#owners.get(path) ?? [];
  }

  #brought({ from, key, relatives }: Made): readonly FileRecord[] {
    const all = this.#payloads.records(from);
    if (relatives.patch === undefined) return all;
    const { records, gone } = differing(relatives.patch.base(), all);
    this.#gone.set(key, gone);
    return records;
  }

  #allOwners(): Map<string, FilesetKey[]> {
    const owners = new Map<string, FilesetKey[]>();
    for (const key of this.#made.keys()) {
      for (const { path } of this.records(key)) {
        const group = owners.get(path);
        if (group) group.push(key);
        else owners.set(path, [key]);
      }
    }
    return owners;
  }
}

function makeAll(
  packages: readonly OriginPackage[],
  relatives: ReadonlyMap<OriginPackage, Relatives>,
  installed: Catalog | undefined,
): Made[] {
  const placed = packages.map((from): Placed => {
    const isPatch = relatives.get(from)?.patch !== undefined;
    return { from, isPatch, tag: isPatch ? patchTag(from) : productTag(from.name) };
  });
  const providers = new Providers(placed, installed);
  const instances = new Map<string, number>();
  return placed.map(({ from, tag }) => {
    const instance = (instances.get(tag) ?? 0) + 1;
    instances.set(tag, instance);
    const requisites = providers.requisitesOf(from);
    return makeOne(from, { tag, instance, requisites, relatives: relatives.get(from) ?? {} });
  });
}

interface Place {
  readonly tag: string;
  readonly instance: number;
  readonly requisites: Requisites;
  readonly relatives: Relatives;
}

function makeOne(from: OriginPackage, place: Place): Made {
  const { tag, instance, relatives } = place;
  const id = instance === 1 ? tag : `${tag}.${instance}`;
  const control = controlScripts(from, tag, relatives.patch?.from);
  const product: Product = {
    id,
    attributes: { ...common(from, tag, id, instance, relatives), directory: '/', all_filesets: [FILESET] },
    subproducts: [],
    controlFiles: [],
    filesets: [
      {
        id: FILESET,
        attributes: filesetAttributes(from, place, control),
        controlFiles: control.map((each) => each.file),
      },
    ],
  };
  const contents = new Map(control.map((each) => [each.file.tag, each.content]));
  return {
    from,
    product,
    key: filesetKey(id, FILESET),
    control: contents,
    relatives,
    elsewhere: place.requisites.elsewhere,
  };
}

function common(from: OriginPackage, tag: string, id: string, instance: number, { patch }: Relatives): Attributes {
  const pairs: [string, string | string[]][] = [
    ['tag', tag],
    ['data_model_revision', '2.40'],
    ['instance_id', String(instance)],
    ['control_directory', id],
    ['revision', from.revision],
    ['title', from.title || from.name],
    ['description', from.description],
    ['mod_time', String(from.made)],
    ['create_time', String(from.made)],
    ['architecture', from.architecture],
    ...Object.entries({ os_release: '*', os_version: '*', ...machines(from) }),
    ['is_locatable', String(from.kind === 'tar')],
    ['is_patch', String(patch !== undefined)],
    ['category_tag', patch ? ['patch'] : []],
    ['revision_order', from.order ?? ''],
    ['origin', from.kind],
    ['origin_name', from.name],
  ];
  return attributesOf(pairs.filter(([, value]) => value.length > 0));
}

/** A tar archive says nothing that could be relied on. */
function machines(from: OriginPackage): { os_name: string; machine_type: string } {
  return from.kind === 'tar' ? { os_name: '*', machine_type: '*' } : machineAttributes(from.architecture);
}

function filesetAttributes(from: OriginPackage, place: Place, control: readonly MadeControlFile[]): Attributes {
  const { requisites, relatives } = place;
  const { patch } = relatives;
  const scripts = control.reduce((sum, each) => sum + each.content.length, 0);
  const lists: [string, readonly string[]][] = [
    ['prerequisites', requisites.prerequisites],
    ['exrequisites', requisites.exrequisites],
    ['ancestor', patch ? [patch.ancestor] : []],
    ['supersedes', patch?.supersedes ?? []],
  ];
  return attributesOf([
    ...Object.entries({ ...common(from, FILESET, FILESET, 1, relatives), ...from.attributes }),
    // What a patch leaves out is known when its files are.
    ...(patch ? [] : [['size', String(from.size + scripts)] as const]),
    ['state', 'available'],
    ['is_sparse', String(patch !== undefined)],
    ...lists.filter(([, values]) => values.length > 0),
  ]);
}

/** One NOTE a package that brings what SD has no place for. */
function leftOut(taken: readonly Made[]): Finding[] {
  return taken.flatMap(({ from }) => {
    if (from.leftOut.length === 0) return [];
    const text = `The package "${safeName(from.name)}" is taken without ${safeName(from.leftOut.join(', '))}.`;
    return [{ severity: 'note', code: 'package_part_left_out', text, subjects: [from.name] }];
  });
}

const MOST_NAMED = 12;

/** One NOTE for all that the machine itself must have. */
function outside(taken: readonly Made[]): Finding[] {
  const all = [...new Set(taken.flatMap((each) => each.elsewhere))];
  if (all.length === 0) return [];
  const more = all.length > MOST_NAMED ? `, and ${all.length - MOST_NAMED} more` : '';
  const named = safeName(all.slice(0, MOST_NAMED).join(', '));
  const text = `Neither the source nor the target holds the following as SD software; the machine must have it: ${named}${more}.`;
  return [{ severity: 'note', code: 'needed_elsewhere', text }];
}

/** What patches cannot take away. */
function stayBehind(taken: readonly Made[], files: Files): Finding[] {
  return taken.flatMap(({ product, key }) => {
    const gone = files.gone(key);
    if (gone.length === 0) return [];
    const more = gone.length > MOST_NAMED ? `, and ${gone.length - MOST_NAMED} more` : '';
    const named = safeName(gone.slice(0, MOST_NAMED).join(', '));
    const text = `The patch "${product.id}" leaves what its version no longer has: ${named}${more}.`;
    return [{ severity: 'note', code: 'patch_leaves_files', text, subjects: [product.id] }];
  });
}

/** What as_patch was asked for and could not be. */
function notPatches(taken: readonly Made[], all: readonly Made[]): Finding[] {
  const bases = new Set(all.flatMap(({ from, relatives }) => (relatives.patch ? [from.name] : [])));
  const alone = taken.filter(({ from, relatives }) => !relatives.patch && !bases.has(from.name));
  if (alone.length === 0) return [];
  const names = alone.map(({ product }) => product.id);
  const text = `There is no older version that these could be patches of, so they are products: ${names.join(', ')}.`;
  return [{ severity: 'note', code: 'no_older_version', text, subjects: names }];
}
