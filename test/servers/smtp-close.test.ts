/** The orderly end of a server. */
import { describe, expect, test } from 'vitest';
import { definePolicy } from '../../src/core/policy.js';
import { defineStage } from '../../src/core/stage.js';
import { openWire } from '../../src/testing/dialogue/index.js';
import { envelope, say, session } from './smtp-client.js';
import { startTestServer } from './smtp-support.js';

describe('close', () => {
  test('idle sessions get 421 at once; more calls are harmless', async () => {
    const own = await startTestServer();
    const wire = await session(own.server.port);
    const closed = own.server.close();
    expect(await wire.line(2000)).toMatch(/^421 4\.3\.2 /);
    expect(await wire.line(2000)).toBeUndefined();
    wire.destroy();
    await closed;
    await own.server.close();
    await expect(openWire(own.server.port, '127.0.0.1', false)).rejects.toThrow();
  });

  test('a transaction under way may finish', async () => {
    const own = await startTestServer();
    const wire = await session(own.server.port);
    await envelope(wire);
    const closed = own.server.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    wire.send('Subject: last\r\n\r\n');
    expect(await say(wire, '.')).toMatch(/^250 /);
    expect(await wire.line(2000)).toMatch(/^421 4\.3\.2 /);
    wire.destroy();
    await closed;
    expect(own.store.messages('s001')).toHaveLength(1);
  });

  test('what does not finish is cut off after closeTime', async () => {
    const own = await startTestServer({ limits: { closeTime: 200 } });
    const wire = await session(own.server.port);
    await envelope(wire);
    const started = performance.now();
    await own.server.close();
    expect(performance.now() - started).toBeLessThan(2000);
    expect(own.store.messages('s001')).toHaveLength(0);
    wire.destroy();
  });

  test('a policy that does not come to an end is deferred at shutdown', async () => {
    const never = defineStage({ name: 'never', at: 'mail', run: () => new Promise<undefined>(() => undefined) });
    const own = await startTestServer({ policy: definePolicy({ mail: [never] }), limits: { closeTime: 200 } });
    const wire = await session(own.server.port);
    wire.send('MAIL FROM:<a@example.com>\r\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await own.server.close();
    wire.destroy();
  });
});
