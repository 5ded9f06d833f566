// match_target=true (commands.md 4.1, patches.md 3.4): the base software of the source that the target has, by name or by ancestor.
// Promise: takes non-patch filesets only; their patches follow by autoselect_patches.

import { list } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { everyFileset, isPatch, lookUp, type Placed } from '../model/patches.ts';
import { filesetName, tagOf } from '../model/software.ts';
import type { SoftwareSpec } from '../model/spec.ts';
import type { Choice } from './choice.ts';
import { resolveProducts, specOf } from './match.ts';
import { refuseSeveralVersions } from './operands.ts';

/**
 * Takes every base fileset of the source whose own name, or one of whose ancestors, is on the target. Operands are overridden.
 * Throws SdError `several_versions` when the source has more than one version of what matches.
 */
export function takeMatching(choice: Choice): void {
  const { source, target, software } = choice.input;
  const matches = [...everyFileset(source)]
    .filter((placed) => !isPatch(placed.fileset))
    .flatMap((placed) => {
      const there = counterpart(placed, target);
      return there ? [{ placed, installed: filesetName(there.product, there.fileset) }] : [];
    });
  refuseSeveralVersions(
    source,
    matches.map((match) => match.placed.key),
  );
  for (const { placed, installed } of matches) choice.take(placed, { kind: 'matched', installed });
  if (software.length === 0) return;
  choice.findings.push({
    severity: 'warning',
    code: 'selections_overridden',
    text: 'The software selections are not used, because the option "match_target" is set to "true".',
    subjects: software,
  });
}

/** The installed base fileset that this one continues. */
function counterpart(placed: Placed, target: Catalog): Placed | undefined {
  const itself: SoftwareSpec = { tags: [tagOf(placed.product), tagOf(placed.fileset)], items: [] };
  const ancestors = list(placed.fileset.attributes, 'ancestor').flatMap((source) => specOf(source) ?? []);
  return [itself, ...ancestors]
    .flatMap((spec) => resolveProducts(spec, target).filesets)
    .flatMap((key) => lookUp(target, key) ?? [])
    .find((each) => !isPatch(each.fileset));
}
