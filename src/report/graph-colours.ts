// The colours of states in pictures; the word always stands in the node too.

export interface Colours {
  readonly fill: string;
  readonly stroke: string;
}

const COLOURS: Readonly<Record<string, Colours>> = {
  configured: { fill: '#dff3e0', stroke: '#2e7d32' },
  applied: { fill: '#dff3e0', stroke: '#2e7d32' },
  installed: { fill: '#fff4d6', stroke: '#b26a00' },
  committed: { fill: '#dcebfa', stroke: '#1565c0' },
  'committed/superseded': { fill: '#e8edf2', stroke: '#78909c' },
  superseded: { fill: '#eceff1', stroke: '#90a4ae' },
  available: { fill: '#ffffff', stroke: '#455a64' },
  transient: { fill: '#fde0dc', stroke: '#c62828' },
  corrupt: { fill: '#fde0dc', stroke: '#c62828' },
  missing: { fill: '#ffffff', stroke: '#c62828' },
};

/** Colours of a state; a state nobody foresaw is drawn like `available`. */
export function colourOf(state: string): Colours {
  return COLOURS[state] ?? { fill: '#ffffff', stroke: '#455a64' };
}
