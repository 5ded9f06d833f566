// Difference: what a depot has and a target has not, as a value (swlist --diff). Plain JSON.

/** One fileset on both sides, in different revisions. */
export interface Changed {
  /** `PRODUCT.FILESET`. */
  readonly name: string;
  readonly title: string;
  readonly onTarget: string;
  readonly inDepot: string;
}

export interface Lacking {
  /** `PRODUCT`, or `PRODUCT.FILESET` where the target has the product without it. */
  readonly name: string;
  readonly revision: string;
  readonly title: string;
}

/** A patch of the depot that applies to what the target has, newest of its chain, and is not there. */
export interface LackingPatch extends Lacking {
  /** The fileset it is for. */
  readonly base: string;
  /** The members of its chain up to it, oldest first. */
  readonly chain: readonly string[];
}

export interface Difference {
  /** The depot has it in a newer revision. */
  readonly newer: readonly Changed[];
  readonly patches: readonly LackingPatch[];
  readonly lacking: readonly Lacking[];
  /** The target has it in a newer revision than the depot. */
  readonly older: readonly Changed[];
}
