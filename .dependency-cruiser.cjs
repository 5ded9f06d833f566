// The import table of HACKING.md ("Rooms") as rules. A room may import itself and what stands in its row, nothing else.
const rooms = {
  model: [],
  definition: ['model'],
  host: ['model'],
  store: ['definition', 'host', 'model'],
  depot: ['store', 'definition', 'host', 'model'],
  ipd: ['store', 'host', 'model'],
  selection: ['model'],
  analysis: ['selection', 'model'],
  execution: ['ipd', 'depot', 'store', 'host', 'model'],
  operations: ['analysis', 'selection', 'execution', 'depot', 'ipd', 'store', 'definition', 'host', 'model'],
  options: ['model', 'host'],
  report: ['model', 'host'],
  tui: ['operations', 'options', 'report', 'model'],
  commands: ['tui', 'operations', 'options', 'report', 'model'],
  fronts: ['operations', 'options', 'report', 'model'],
  cli: ['commands', 'fronts', 'options', 'report', 'model'],
};

// Each third-party library has one doorkeeper file (decision D9).
const doorkeepers = {
  level: '^src/store/store\\.ts$',
  'fast-glob': '^src/operations/psf-tree\\.ts$',
  minimatch: '^src/selection/wildcards\\.ts$',
  tar: '^src/host/tar-header\\.ts$',
  'cli-table3': '^src/report/terminal\\.ts$',
};

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src', pathNot: '^src/main\\.ts$|\\.d\\.ts$' },
      to: {},
    },
    ...Object.entries(rooms).map(([room, may]) => ({
      name: `room-${room}`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${[room, ...may].join('|')})/` },
    })),
    // A front is one more door: only the program's entry knows that there are any.
    {
      name: 'nobody-knows-the-fronts',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(fronts|cli)/|^src/main\\.ts$' },
      to: { path: '^src/fronts/' },
    },
    ...Object.entries(doorkeepers).map(([library, door]) => ({
      name: `doorkeeper-${library}`,
      severity: 'error',
      from: { path: '^src/', pathNot: door },
      to: { path: `node_modules/${library}/` },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
