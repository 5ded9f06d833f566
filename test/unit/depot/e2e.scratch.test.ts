import { it } from 'vitest';
import { copy } from '../../../src/operations/copy.ts';
import { packageSoftware } from '../../../src/operations/package.ts';
import { remove } from '../../../src/operations/remove.ts';
import { options } from '../selection/catalog-builder.ts';
const context = { command: 'swcopy', user: 'root@test', host: 'test' };
const emit = (e: any) => { if (e.type === 'analysis.end') e = { ...e, plan: e.plan.products.length + ' products' }; console.log(JSON.stringify(e)); };
it('x', async () => {
  process.chdir('/work/shared/data/psf');
  const opts = options({ admin_directory: '/tmp/e2e/adm' });
  await packageSoftware({ context, options: opts, software: [], preview: false, source: 'widget.psf', target: '/tmp/e2e/D', serial: false }, emit);
  await packageSoftware({ context, options: opts, software: [], preview: false, source: 'patch.psf', target: '/tmp/e2e/D', serial: false }, emit);
  await copy({ context, options: opts, software: ['*'], preview: false, source: '/tmp/e2e/D', target: '/tmp/e2e/x/E' }, emit);
  await copy({ context, options: opts, software: ['*'], preview: false, source: '/work/shared/data/swbis/svc.ustar.tar', target: '/tmp/e2e/x/E' }, emit);
  await packageSoftware({ context, options: opts, software: [], preview: false, source: '/tmp/e2e/x/E', target: '/tmp/e2e/e.depot', serial: true }, emit);
  await packageSoftware({ context, options: opts, software: [], preview: false, source: '/tmp/e2e/e.depot', target: '|cat > /tmp/e2e/e2.depot', serial: true }, emit);
  await remove({ context, options: opts, software: ['*'], preview: false, target: '/tmp/e2e/x/E', depot: true }, emit);
}, 60000);
