// Asks for a selection and shows it by name, for the scenario tests beside this file.

import type { Catalog } from '../../../src/model/catalog.ts';
import type { Selection } from '../../../src/model/plan.ts';
import type { EngineOptions } from '../../../src/model/request.ts';
import { splitKey } from '../../../src/model/software.ts';
import { selectForInstall } from '../../../src/selection/install.ts';
import { options } from './catalog-builder.ts';

export interface Shown {
  readonly selection: Selection;
  /** Keys with a dot for the slash, in source order: `PT_3.RUN`. */
  readonly names: readonly string[];
  /** Name → why it was left out. */
  readonly out: Readonly<Record<string, string>>;
  /** `severity code`. */
  readonly findings: readonly string[];
}

/** Selects for a root. */
export function choose(
  source: Catalog,
  target: Catalog,
  software: string,
  changes: Partial<EngineOptions> = {},
): Shown {
  return show(selectForInstall({ source, target, software: words(software), options: options(changes), into: 'root' }));
}

/** Selects for a depot. */
export function copyFrom(
  source: Catalog,
  target: Catalog,
  software: string,
  changes: Partial<EngineOptions> = {},
): Shown {
  return show(
    selectForInstall({ source, target, software: words(software), options: options(changes), into: 'depot' }),
  );
}

/** Operands parted by blanks. */
export function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

export function show(selection: Selection): Shown {
  return {
    selection,
    names: selection.entries.map(({ key }) => `${splitKey(key).productId}.${splitKey(key).filesetId}`),
    out: Object.fromEntries(selection.excluded.map((each) => [each.name, each.because])),
    findings: selection.findings.map((each) => `${each.severity} ${each.code}`),
  };
}
