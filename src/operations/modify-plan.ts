// From what a swmodify command asks for to a draft of changed definitions and its plan (commands.md 5.5).

import type { Catalog } from '../model/catalog.ts';
import { lookUp } from '../model/patches.ts';
import type { Finding, Plan, PlannedFileset } from '../model/plan.ts';
import type { TargetRequest } from '../model/request.ts';
import { filesetKey, filesetName, splitKey, tagOf } from '../model/software.ts';
import { qualified } from '../model/spec.ts';
import { notFound } from '../selection/operands.ts';
import { editAttributes } from './modify-attributes.ts';
import { editControlFiles } from './modify-control.ts';
import { mergeDefinitions } from './modify-definitions.ts';
import { deleteDefinitions } from './modify-delete.ts';
import { Draft } from './modify-draft.ts';
import { editFiles, requireFilesets } from './modify-files.ts';
import { depotObject, filesetsAmong, namedObjects, nameOf } from './modify-objects.ts';
import { exportedDefinitions, psfDefinitions } from './modify-source.ts';

/** What is to be changed. `source` stands alone; without any edit and with `undo` the definitions themselves go. */
export interface Edits {
  /** -u */
  readonly undo: boolean;
  /** -a: `attribute=value`, with -u also `attribute`. */
  readonly attributes: readonly string[];
  /** Absolute installed paths. */
  readonly files: readonly string[];
  /** Tags. */
  readonly controlFiles: readonly string[];
  /** -s a PSF; -c an exported catalog, read, or written where there is none yet. Absolute paths. */
  readonly source?: { readonly kind: 'psf' | 'catalog' | 'export'; readonly path: string };
}

interface Asked extends TargetRequest {
  readonly edits: Edits;
}

/**
 * Makes the draft; without software the attributes are those of the depot itself. The catalog stays as it is. Findings may hold ERRORs:
 * then nothing is to be done. Throws refusals as SdError.
 */
export async function draftChanges(
  { edits, software, options, target: anchor }: Asked,
  { catalog, tree }: { readonly catalog: Catalog; readonly tree: string },
  now: number,
): Promise<{ draft: Draft; findings: readonly Finding[] }> {
  const draft = new Draft(catalog, Math.floor(now / 1000));
  if (edits.source) {
    const { kind, path } = edits.source;
    const source =
      kind === 'psf' ? await psfDefinitions(path, options.follow_symlinks) : exportedDefinitions(path, catalog.kind);
    return { draft, findings: [...source.findings, ...mergeDefinitions({ draft, source, software, anchor, now })] };
  }
  const { objects, unmatched } =
    software.length === 0
      ? { objects: [depotObject(catalog, anchor)], unmatched: [] }
      : namedObjects(catalog, software);
  const where = catalog.kind === 'depot' ? 'in the depot' : 'on the target';
  const findings: Finding[] = unmatched.map((operand) => notFound(operand, where, catalog));
  if (findings.length > 0) return { draft, findings };
  const { attributes, files, controlFiles, undo } = edits;
  if (undo && attributes.length + files.length + controlFiles.length === 0)
    return { draft, findings: deleteDefinitions(draft, objects) };
  findings.push(...editAttributes(draft, objects, attributes, undo));
  if (files.length > 0) {
    const filesets = filesetsAmong(objects);
    requireFilesets(filesets, objects.filter((each) => each.level !== 'fileset').map(nameOf));
    editFiles(draft, filesets, files, { undo, anchor });
  }
  if (controlFiles.length > 0) editControlFiles(draft, objects, controlFiles, { undo, tree });
  return { draft, findings };
}

/** The plan as other commands have it: products with the filesets that are touched. */
export function planOf({ target }: Asked, catalog: Catalog, draft?: Draft): Plan {
  const ops = draft?.ops() ?? [];
  const touched = new Map<string, Set<string>>();
  const touch = (id: string, key?: string) => {
    const keys = touched.get(id) ?? new Set<string>();
    touched.set(id, key === undefined ? keys : keys.add(key));
  };
  for (const op of ops) {
    if (op.op === 'product') touch(op.product.id);
    else if (op.op === 'drop_product') touch(op.id);
    else if (op.op === 'fileset') touch(op.productId, filesetKey(op.productId, op.fileset.id));
    else if (op.op === 'drop_fileset') touch(splitKey(op.fileset).productId, op.fileset);
  }
  return {
    verb: 'modify',
    target,
    generation: catalog.generation,
    products: [...touched].map(([id, keys]) => plannedProduct(catalog, id, keys)),
    left: [],
    excluded: [],
    findings: [],
    space: [],
  };
}

function plannedProduct(catalog: Catalog, id: string, keys: ReadonlySet<string>): Plan['products'][number] {
  const product = catalog.product(id);
  const filesets = [...keys].map((key): PlannedFileset => {
    const placed = lookUp(catalog, key);
    const name = placed ? filesetName(placed.product, placed.fileset) : key.replace('/', '.');
    const spec = placed ? qualified(placed.product, placed.fileset) : name;
    return {
      key,
      targetKey: key,
      name,
      spec,
      action: 'modify',
      reason: { kind: 'asked', spec: name },
      bytes: 0,
      files: 0,
    };
  });
  const spec = product ? qualified(product) : id;
  return { id, targetId: id, tag: product ? tagOf(product) : id, spec, filesets, location: '/', drops: [] };
}
