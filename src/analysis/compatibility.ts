// Does the software fit this machine? (commands.md 6.2 analysis 3; patches.md 3.7 last row)
//
//   os_name, os_release, os_version, machine_type   each absent, '' or `*`: fits
//   alternatives joined with `|`, each a pattern    one matching the machine's uname word: fits
//   a product does not fit                          its filesets stay out: ERROR; WARNING and in with allow_incompatible=true
//   a fileset does not fit                          the same for it alone
//   does not fit, but a product (fileset) of the    stays out with a NOTE: the software was packed for several machines
//   same tag in the session does
//   swcopy                                          never asked

import { text } from '../model/attributes.ts';
import type { Finding } from '../model/plan.ts';
import { type Fileset, filesetName, type Product, tagOf } from '../model/software.ts';
import { brief } from '../model/spec.ts';
import { matchesPattern } from '../selection/wildcards.ts';
import type { Chosen } from './draft.ts';
import type { Machine } from './views.ts';

const UNAME = ['os_name', 'os_release', 'os_version', 'machine_type'] as const;

/** True when all four uname attributes of a product or fileset match the machine. */
export function fits(object: Product | Fileset, machine: Machine): boolean {
  return UNAME.every((word) => {
    const value = text(object.attributes, word);
    return (
      value === '' || value.split('|').some((pattern) => pattern === '*' || matchesPattern(pattern, machine[word]))
    );
  });
}

export interface Unfit {
  readonly chosen: Chosen;
  readonly because: string;
  /** False where something better suited comes in its place. */
  readonly refused: boolean;
}

export interface Fitting {
  readonly fit: readonly Chosen[];
  readonly unfit: readonly Unfit[];
  readonly findings: readonly Finding[];
}

/** Splits the session's filesets by the table above. Products that do not fit are told of once. */
export function fitting(chosen: readonly Chosen[], machine: Machine, allow: boolean): Fitting {
  const products = memo((product: Product) => fits(product, machine));
  const goodProducts = new Set<string>();
  const goodFilesets = new Set<string>();
  for (const { product, fileset } of chosen) {
    if (!products(product)) continue;
    goodProducts.add(tagOf(product));
    if (fits(fileset, machine)) goodFilesets.add(`${product.id}/${tagOf(fileset)}`);
  }
  const fit: Chosen[] = [];
  const unfit: Unfit[] = [];
  const findings: Finding[] = [];
  const told = new Set<Product>();
  for (const one of chosen) {
    const { product, fileset } = one;
    const whole = !products(product);
    if (!whole && fits(fileset, machine)) {
      fit.push(one);
      continue;
    }
    const better = whole ? goodProducts.has(tagOf(product)) : goodFilesets.has(`${product.id}/${tagOf(fileset)}`);
    if (better || !allow) unfit.push({ chosen: one, because: 'not made for this machine', refused: !better });
    else fit.push(one);
    if (whole && told.has(product)) continue;
    told.add(product);
    findings.push(whole ? aboutProduct(product, better, allow) : aboutFileset(product, fileset, better, allow));
  }
  return { fit, unfit, findings };
}

function aboutProduct(product: Product, better: boolean, allow: boolean): Finding {
  const spec = brief(product);
  return {
    severity: severity(better, allow),
    code: 'incompatible',
    text: sentence('product', spec, tagOf(product), better, allow),
    subjects: [spec],
    msgid: 140167,
  };
}

function aboutFileset(product: Product, fileset: Fileset, better: boolean, allow: boolean): Finding {
  const spec = brief(product, fileset);
  return {
    severity: severity(better, allow),
    code: 'incompatible',
    text: sentence('fileset', spec, filesetName(product, fileset), better, allow),
    subjects: [spec],
  };
}

function severity(better: boolean, allow: boolean): Finding['severity'] {
  if (better) return 'note';
  return allow ? 'warning' : 'error';
}

function sentence(level: string, spec: string, name: string, better: boolean, allow: boolean): string {
  const what = `The ${level} "${spec}" is not compatible with this system's architecture or operating system.`;
  if (better) return `${what}  It is left out, because another "${name}" in this session is compatible.`;
  if (allow) return `${what}  It is installed because the "allow_incompatible" option is set to "true".`;
  return `${what}  Change the "allow_incompatible" option to "true" to install it all the same.`;
}

function memo<Key, Value>(ask: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    if (!known.has(key)) known.set(key, ask(key));
    return known.get(key)!;
  };
}
