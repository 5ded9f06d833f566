// Operands → what was asked for (commands.md 2.1, patches.md 1.7): specs resolved in the source, `,l=` turned into locations.
// Promise: an operand that names nothing is told and listed; two versions of one product for one root are refused, not guessed at.

import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import { nearest } from '../model/nearest.ts';
import type { Finding } from '../model/plan.ts';
import type { FilesetKey, Product } from '../model/software.ts';
import { splitKey, tagOf } from '../model/software.ts';
import type { SoftwareSpec } from '../model/spec.ts';
import { parseSpec, qualified } from '../model/spec.ts';
import type { Choice } from './choice.ts';
import { type Resolution, resolve } from './match.ts';
import { isPattern } from './wildcards.ts';

export interface Asked {
  /** Ids of bundles that operands name. */
  readonly bundles: readonly string[];
  /** Operands that named nothing. */
  readonly unmatched: readonly string[];
}

/**
 * Takes everything the operands cover. Operands that name nothing are listed and get an ERROR each.
 * Throws SdError `bad_spec`, `several_versions` (root: operands cover two versions of a product), `several_locations`.
 */
export function takeOperands(choice: Choice): Asked {
  const { source, software, into } = choice.input;
  const bundles = new Set<string>();
  const unmatched: string[] = [];
  const covered: { operand: string; keys: readonly FilesetKey[] }[] = [];
  for (const operand of software) {
    const { spec, location } =
      into === 'root' ? splitLocation(operand) : { spec: parseSpec(operand), location: undefined };
    const meant = resolve(spec, source);
    if (meant.filesets.length === 0) {
      unmatched.push(operand);
      choice.findings.push(notFound(operand, 'in the source', source));
      continue;
    }
    for (const bundle of meant.bundles) bundles.add(bundle.id);
    if (location !== undefined) locate(choice, meant, location);
    covered.push({ operand, keys: meant.filesets });
  }
  if (into === 'root')
    refuseSeveralVersions(
      source,
      covered.flatMap((each) => each.keys),
    );
  for (const { operand, keys } of covered) {
    for (const key of keys) {
      choice.take(choice.placed(key), { kind: 'asked', spec: operand });
      if (choice.patch(key)) choice.explicit.add(key);
    }
  }
  return { bundles: [...bundles], unmatched };
}

/** The ERROR for an operand that names nothing in `catalog`; `where` as messages put it. A misspelt first tag gets the nearest one. */
export function notFound(operand: string, where: string, catalog: Catalog): Finding {
  const tag = operand.split(/[.,]/, 1)[0]!;
  const known = [...catalog.products(), ...catalog.bundles()].map(tagOf);
  const near = known.includes(tag) ? undefined : nearest(tag, known);
  return {
    severity: 'error',
    code: 'software_not_found',
    text: `Software "${operand}" was not found ${where}.${near === undefined ? '' : `  Did you mean "${near}"?`}`,
    subjects: [operand],
  };
}

/**
 * Refuses filesets of two versions of one product, since a session installs one of them (patches.md 1.7).
 * Throws SdError `several_versions` (data: `product`, `versions`: fully qualified specs).
 */
export function refuseSeveralVersions(source: Catalog, keys: readonly FilesetKey[]): void {
  const chosen = new Map<string, Product>();
  for (const id of new Set(keys.map((key) => splitKey(key).productId))) {
    const product = source.product(id)!;
    const tag = tagOf(product);
    const other = chosen.get(tag);
    chosen.set(tag, product);
    if (!other) continue;
    const versions = [qualified(other), qualified(product)];
    throw new SdError('several_versions', {
      what: `More than one version of the product "${tag}" is selected.`,
      because: `The source holds ${versions.map((each) => `"${each}"`).join(' and ')}, and one session installs only one of them.`,
      todo: `Name one, for example "${versions[1]}".`,
      data: { product: tag, versions },
    });
  }
}

/** On a root `l=` says where relocatable software goes; the depot's objects know nothing of it. */
function splitLocation(operand: string): { spec: SoftwareSpec; location: string | undefined } {
  const spec = parseSpec(operand);
  const places = spec.items.filter((item) => item.key === 'l').flatMap((item) => item.values);
  const location = places[0];
  if (location === undefined) return { spec, location };
  if (places.length > 1 || !location.startsWith('/') || isPattern(location)) {
    throw new SdError('bad_spec', {
      what: `The location in the software specification "${operand}" cannot be used.`,
      because: 'A location is one absolute path without patterns.',
      todo: 'Write it as PRODUCT,l=/path.',
      data: { spec: operand },
    });
  }
  const items = spec.items.filter((item) => item.key !== 'l');
  return { spec: { ...spec, items }, location: location.replace(/(?<=.)\/+$/, '') };
}

function locate(choice: Choice, meant: Resolution, location: string): void {
  for (const product of meant.products) {
    const other = choice.locations.get(product.id);
    if (other !== undefined && other !== location) {
      throw new SdError('several_locations', {
        what: `The product "${tagOf(product)}" is selected for two locations.`,
        because: `The operands say "${other}" and "${location}".`,
        todo: 'Install it once for each location.',
        data: { product: tagOf(product), locations: [other, location] },
      });
    }
    choice.locations.set(product.id, location);
  }
}
