// How each fileset meets what the target has (commands.md 4.1, patches.md 3.7, 3.8, 8.7). First row that fits decides.
//
//   ROOT   a tombstone                                             skip, NOTE
//          it runs once and is there, transient                    reinstall: it was loaded, and did not run
//          it runs once and is there, any other state or revision  skip, NOTE when named
//          product not there at any location                       install
//          product there, at another location only                 ERROR; WARNING, new_version with allow_multiple_versions=true
//          fileset not there                                       install
//          patch there, but dropped with its base this session     install
//          patch there and superseded                              skip, NOTE, with reinstall=true too
//          fileset there, transient or corrupt                     reinstall (older, newer: as below)
//          there, older                                            update
//          there, newer                                            ERROR; WARNING, downdate with allow_downdate=true
//          there, same revision, another architecture              update
//          there, the same, named, reinstall=true                  reinstall
//          there, the same                                         skip, NOTE when named
//   root   is_locatable=false and a location other than `/`        ERROR; WARNING and in with enforce_locatable=false
//   DEPOT  not there                                               copy
//          a tombstone in place of software, or the reverse        recopy
//          there: transient, corrupt, another revision             recopy
//          there, the same, recopy=true                            recopy
//          there, the same                                         skip, NOTE when named
//
// Older and newer: by the fileset's revision (the product's where it has none), then by the product's.
// Named: by an operand or match_target; what came along by itself is never loaded twice (8.7.10).

import { type Attributes, text } from '../model/attributes.ts';
import { isPatch, isSuperseded, type Placed } from '../model/patches.ts';
import type { Finding, InstallAction } from '../model/plan.ts';
import { compareRevisionsOf } from '../model/revision-order.ts';
import { isTombstone, runsOnce } from '../model/run-once.ts';
import { type Fileset, filesetKey, locationOf, type Product, tagOf } from '../model/software.ts';
import { brief } from '../model/spec.ts';
import { indexOf } from '../selection/catalog-index.ts';
import { type Candidate, type Chosen, type InstallInput, label } from './draft.ts';
import type { Identities } from './identity.ts';
import { isBroken } from './installed.ts';

/** The verdict on one fileset. */
export type Verdict =
  | {
      readonly kind: 'come' | 'refuse';
      readonly candidate: Candidate;
      readonly because: string;
      readonly findings: readonly Finding[];
    }
  | {
      readonly kind: 'skip';
      readonly candidate: Candidate;
      readonly because: string;
      readonly findings: readonly Finding[];
    };

/** What the table answers: an action and, where something is to be said, how loud. */
interface Answer {
  readonly action: InstallAction | 'skip';
  readonly because?: string;
  readonly finding?: Finding;
}

/** Judges one fileset. `dropped` says whether an installed patch goes with its base in this session. */
export function judgeVersion(
  chosen: Chosen,
  location: string,
  input: InstallInput,
  identities: Identities,
  dropped: (there: Placed) => boolean,
): Verdict {
  const place = identities.product(chosen.product, location);
  const { key, present: fileset } = identities.fileset(place, chosen.product, chosen.fileset);
  const there =
    place.present && fileset ? { product: place.present, fileset, key: filesetKey(place.id, fileset.id) } : undefined;
  const spec = label(chosen, location, input.into);
  const answer =
    input.into === 'depot'
      ? inDepot(chosen, there, spec, input)
      : onRoot(chosen, there && !dropped(there) ? there : undefined, elsewhere(chosen, location, input), spec, input);
  const candidate: Candidate = {
    ...chosen,
    action: answer.action === 'skip' ? 'install' : answer.action,
    targetId: place.id,
    targetKey: key,
    location,
    ...(there ? { present: there } : {}),
  };
  const findings = [...(answer.finding ? [answer.finding] : []), ...locatable(chosen, location, spec, input)];
  const refused = findings.some((finding) => finding.severity === 'error');
  const kind = refused ? 'refuse' : answer.action === 'skip' ? 'skip' : 'come';
  return { kind, candidate, because: answer.because ?? 'not locatable', findings };
}

function onRoot(
  chosen: Chosen,
  there: Placed | undefined,
  other: Product | undefined,
  spec: string,
  input: InstallInput,
): Answer {
  const { options } = input;
  if (isTombstone(chosen.fileset)) return withdrawn(spec);
  if (there && runsOnce(there.fileset)) {
    // A run that began has made it corrupt by now (execution/interrupted.ts): this one's session died before.
    if (text(there.fileset.attributes, 'state') === 'transient') return { action: 'reinstall' };
    const note = `The fileset "${spec}" has run on this root already, and runs only once.`;
    return alreadyThere(chosen, 'already_run', note, spec);
  }
  if (other) return besideOther(chosen, other, spec, options.allow_multiple_versions);
  if (!there) return { action: 'install' };
  if (isPatch(there.fileset) && isSuperseded(there.fileset)) {
    const by = text(there.fileset.attributes, 'superseded_by');
    return alreadyThere(
      chosen,
      'patch_superseded',
      `The patch fileset "${spec}" is already installed and superseded by "${by}".  It is left as it is.`,
      spec,
    );
  }
  const order = compareVersions(chosen, there);
  if (order < 0) return older(there, spec, options.allow_downdate);
  if (order > 0 || !sameArchitecture(chosen, there)) return { action: 'update' };
  if (isBroken(there.fileset) || (options.reinstall && isNamed(chosen))) return { action: 'reinstall' };
  const note = `The fileset "${spec}" is already installed.  If you wish to reinstall this fileset, change the "reinstall" option to "true".`;
  return alreadyThere(chosen, 'already_installed', note, spec);
}

function inDepot(chosen: Chosen, there: Placed | undefined, spec: string, input: InstallInput): Answer {
  if (!there) return { action: 'copy' };
  const same = revisionOf(chosen) === revisionOf(there);
  const reversed = isTombstone(chosen.fileset) !== isTombstone(there.fileset);
  if (input.options.recopy || reversed || !same || isBroken(there.fileset)) return { action: 'recopy' };
  const note = `The fileset "${spec}" is already in the depot.  If you wish to copy this fileset again, change the "recopy" option to "true".`;
  return alreadyThere(chosen, 'already_copied', note, spec);
}

function withdrawn(spec: string): Answer {
  const text = `The fileset "${spec}" is a tombstone: it withdraws software of this name from depots, and there is nothing to install.`;
  const finding: Finding = { severity: 'note', code: 'tombstone', text, subjects: [spec] };
  return { action: 'skip', because: 'a tombstone', finding };
}

/** A note to who asked for it, silence to who did not. */
function alreadyThere(chosen: Chosen, code: string, note: string, spec: string): Answer {
  const because =
    code === 'patch_superseded'
      ? 'already installed and superseded'
      : code === 'already_run'
        ? 'has run already'
        : code === 'already_copied'
          ? 'already in the depot'
          : 'already installed';
  const finding: Finding = { severity: 'note', code, text: note, subjects: [spec] };
  return { action: 'skip', because, ...(isNamed(chosen) ? { finding } : {}) };
}

function older(there: Placed, spec: string, allow: boolean): Answer {
  const has = brief(there.product, there.fileset);
  const what = `A newer version of the fileset "${spec}" is already installed: "${has}".`;
  const then = allow
    ? 'The older version will be installed because the "allow_downdate" option is set to "true".'
    : 'If you wish to install the older version, change the "allow_downdate" option to "true".';
  return {
    action: 'downdate',
    because: 'a newer version is installed',
    finding: {
      severity: allow ? 'warning' : 'error',
      code: 'downdate',
      text: `${what}  ${then}`,
      subjects: [spec, has],
    },
  };
}

function besideOther(chosen: Chosen, other: Product, spec: string, allow: boolean): Answer {
  const has = brief(
    other,
    other.filesets.find((each) => tagOf(each) === tagOf(chosen.fileset)),
  );
  const what = `A version of fileset "${spec}" is already installed in another location: "${has}".  Installing this version will create multiple installed versions.`;
  const then = allow
    ? 'This new multiple version will be installed because the "allow_multiple_versions" option is set to "true".'
    : 'If you wish to have both, change the "allow_multiple_versions" option to "true".';
  return {
    action: 'new_version',
    because: 'another version is installed in another location',
    finding: {
      severity: allow ? 'warning' : 'error',
      code: 'multiple_versions',
      text: `${what}  ${then}`,
      subjects: [spec, has],
    },
  };
}

/** The same product at another location, when it is not at this one. */
function elsewhere(chosen: Chosen, location: string, input: InstallInput): Product | undefined {
  const all = indexOf(input.target).productsOf(tagOf(chosen.product));
  return all.some((each) => locationOf(each) === location) ? undefined : all[0];
}

function locatable(chosen: Chosen, location: string, spec: string, input: InstallInput): Finding[] {
  const fixed = [chosen.product, chosen.fileset].some(
    (object) => text(object.attributes, 'is_locatable').toLowerCase() === 'false',
  );
  if (input.into === 'depot' || location === '/' || !fixed) return [];
  const enforce = input.options.enforce_locatable;
  const then = enforce
    ? 'Change the "enforce_locatable" option to "false" to install it there all the same.'
    : 'It will be installed there because the "enforce_locatable" option is set to "false".';
  return [
    {
      severity: enforce ? 'error' : 'warning',
      code: 'not_locatable',
      text: `The fileset "${spec}" cannot be relocated to "${location}".  ${then}`,
      subjects: [spec],
    },
  ];
}

/** Asked for by the user, not brought along by something else. */
function isNamed(chosen: Chosen): boolean {
  return chosen.reason.kind === 'asked' || chosen.reason.kind === 'matched';
}

type Pair = { readonly product: Product; readonly fileset: Fileset };

/** The fileset's attributes where it has a revision, else the product's. */
function versionedOf(pair: Pair): Attributes {
  return text(pair.fileset.attributes, 'revision') === '' ? pair.product.attributes : pair.fileset.attributes;
}

function revisionOf(pair: Pair): string {
  return text(versionedOf(pair), 'revision');
}

function compareVersions(left: Pair, right: Pair): number {
  const order = compareRevisionsOf(versionedOf(left), versionedOf(right));
  return order !== 0 ? order : compareRevisionsOf(left.product.attributes, right.product.attributes);
}

function sameArchitecture(left: Pair, right: Pair): boolean {
  const words = (pair: Pair) =>
    [pair.product, pair.fileset].map((object) => text(object.attributes, 'architecture')).join(' ');
  return words(left) === words(right);
}
