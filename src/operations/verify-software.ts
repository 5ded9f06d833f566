// What swverify says of software before it looks at files (commands.md 6.5 steps 2-4; 10.7).
//
//   product or fileset is made for another machine or system   ERROR, WARNING with allow_incompatible=true (roots only)
//   state other than expected                                  ERROR
//   the product is installed at another location too           ERROR, WARNING with allow_multiple_versions=true (roots only)
//   requisite that no usable software here meets               ERROR, WARNING with enforce_dependencies=false
//
// Pure: catalogs and the machine's words in, verdicts out.

import { fits } from '../analysis/compatibility.ts';
import { isBroken } from '../analysis/installed.ts';
import type { Machine } from '../analysis/views.ts';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { lookUp, type Placed } from '../model/patches.ts';
import type { Finding } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import { runsOnce } from '../model/run-once.ts';
import { type FilesetKey, type Product, tagOf } from '../model/software.ts';
import { brief } from '../model/spec.ts';
import { unmet } from '../selection/requisites.ts';

/** A finding with the filesets it speaks against. */
export interface Verdict {
  readonly finding: Finding;
  readonly about: readonly FilesetKey[];
}

/** True when product and fileset are made for this machine. */
export function isCompatible({ product, fileset }: Pick<Placed, 'product' | 'fileset'>, machine: Machine): boolean {
  return fits(product, machine) && fits(fileset, machine);
}

/** Products that do not fit are told of once, with all their chosen filesets. */
export function compatibility(chosen: readonly Placed[], machine: Machine, options: EngineOptions): Verdict[] {
  const severity = options.allow_incompatible ? 'warning' : 'error';
  return byProduct(chosen).flatMap(({ product, filesets }): Verdict[] => {
    const said = (level: string, spec: string): Finding => ({
      severity,
      code: 'incompatible',
      msgid: 140167,
      text:
        `The ${level} "${spec}" is not compatible with this system's architecture or operating system.  ` +
        'If the OS has been updated since this product was installed, a newer version should be installed if available.',
      subjects: [spec],
    });
    if (!fits(product, machine)) return [{ finding: said('product', brief(product)), about: keysOf(filesets) }];
    const unfit = filesets.filter((each) => !fits(each.fileset, machine));
    return unfit.map((each) => ({ finding: said('fileset', brief(product, each.fileset)), about: [each.key] }));
  });
}

/** `expected` are the states that are right here. */
export function states(chosen: readonly Placed[], expected: readonly string[]): Verdict[] {
  return chosen.flatMap((placed): Verdict[] => {
    const state = text(placed.fileset.attributes, 'state');
    if (expected.includes(state)) return [];
    const spec = brief(placed.product, placed.fileset);
    const how = expected.includes('available') ? 'Use swcopy or swpackage' : 'Use swinstall';
    const then = runsOnce(placed.fileset)
      ? 'It ran once, and is not run again; look at what it said.'
      : `${how} to load it again.`;
    const said = `The fileset "${spec}" is in the state "${state}".  ${then}`;
    return [{ finding: { severity: 'error', code: 'bad_state', text: said, subjects: [spec] }, about: [placed.key] }];
  });
}

/** Products of which another version is installed at another location. */
export function versions(chosen: readonly Placed[], catalog: Catalog, options: EngineOptions): Verdict[] {
  const ofTag = new Map<string, Product[]>();
  for (const product of catalog.products()) {
    const tag = tagOf(product);
    const same = ofTag.get(tag);
    if (same) same.push(product);
    else ofTag.set(tag, [product]);
  }
  return byProduct(chosen).flatMap(({ product, filesets }): Verdict[] => {
    const others = (ofTag.get(tagOf(product)) ?? []).filter((each) => each.id !== product.id);
    if (others.length === 0) return [];
    const spec = brief(product);
    const beside = others.map((each) => `"${brief(each)}"`).join(', ');
    const why = options.allow_multiple_versions
      ? 'This is accepted because the "allow_multiple_versions" option is set to "true".'
      : 'If you wish to have several, change the "allow_multiple_versions" option to "true".';
    const severity = options.allow_multiple_versions ? 'warning' : 'error';
    const said = `Besides the product "${spec}" another version of it is installed: ${beside}.  ${why}`;
    return [
      { finding: { severity, code: 'multiple_versions', text: said, subjects: [spec] }, about: keysOf(filesets) },
    ];
  });
}

/** Requisites nothing usable on the target meets: a line each, then the verdict. Corrupt software is of no use. */
export function requisites(chosen: readonly Placed[], catalog: Catalog, options: EngineOptions): Verdict[] {
  const pool = [{ catalog, has: (key: FilesetKey) => isUsable(lookUp(catalog, key)) }];
  return chosen.flatMap((placed): Verdict[] => {
    const missing = unmet(placed.fileset, pool);
    if (missing.length === 0) return [];
    const spec = brief(placed.product, placed.fileset);
    const lines = missing.map(
      ({ relation, text }): Finding => ({
        severity: 'note',
        code: 'requisite_unmet',
        msgid: 140154,
        text: `The ${relation} "${text}" for fileset "${spec}" cannot be successfully resolved.`,
      }),
    );
    const verdict: Finding = {
      severity: options.enforce_dependencies ? 'error' : 'warning',
      code: 'dependencies_unresolved',
      msgid: 140151,
      text: `The dependencies for fileset "${spec}" cannot be resolved (see previous lines).`,
      subjects: [spec],
    };
    return [...lines, verdict].map((finding) => ({ finding, about: [placed.key] }));
  });
}

function isUsable(placed: Placed | undefined): boolean {
  return placed !== undefined && !isBroken(placed.fileset);
}

/** A product with its chosen filesets. */
export interface ProductGroup {
  readonly product: Product;
  readonly filesets: readonly Placed[];
}

/** Products in the order of their first fileset. */
export function byProduct(chosen: readonly Placed[]): ProductGroup[] {
  const groups = new Map<string, { product: Product; filesets: Placed[] }>();
  for (const placed of chosen) {
    const group = groups.get(placed.product.id);
    if (group) group.filesets.push(placed);
    else groups.set(placed.product.id, { product: placed.product, filesets: [placed] });
  }
  return [...groups.values()];
}

function keysOf(filesets: readonly Placed[]): FilesetKey[] {
  return filesets.map((each) => each.key);
}
