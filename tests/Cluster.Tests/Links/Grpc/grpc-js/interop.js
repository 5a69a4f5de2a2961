// Calls a control link with a gRPC client that others wrote, from the same .proto files.
// Usage: node interop.js HOST:PORT CONTRACTS_FOLDER KERNELS_BUILD TOKEN|-
// Prints "ok NAME" for each check, and ends with 1 at the first that fails.
'use strict';

const assert = require('assert');
const crypto = require('crypto');
const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [address, contracts, build, tokenText] = process.argv.slice(2);
const token = tokenText === '-' ? null : tokenText;
const options = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true, includeDirs: [contracts] };
const load = (file) => grpc.loadPackageDefinition(loader.loadSync(path.join(contracts, file), options));
const { Cluster } = load('cluster.proto').distributed.v1;
const { Health } = load('health.proto').grpc.health.v1;
const cluster = new Cluster(address, grpc.credentials.createInsecure());
const health = new Health(address, grpc.credentials.createInsecure());

// As the comment on top of cluster.proto says.
function prove(purpose, ...parts) {
  const key = crypto.createHash('sha256').update(token, 'utf8').digest();
  const proof = crypto.createHmac('sha256', key);
  for (const part of [Buffer.from(purpose, 'utf8'), ...parts]) {
    const length = Buffer.alloc(4);
    length.writeInt32LE(part.length);
    proof.update(length).update(part);
  }
  return proof.digest();
}

const unary = (client, method, request, metadata, more) => new Promise((resolve, reject) => {
  client[method](request, metadata, more || {}, (error, reply) => (error ? reject(error) : resolve(reply)));
});

async function proof(method) {
  const metadata = new grpc.Metadata();
  if (token === null) {
    return metadata;
  }
  const nonce = crypto.randomBytes(32);
  const reply = await unary(cluster, 'Authenticate', { client_nonce: nonce }, metadata);
  assert.deepStrictEqual(reply.server_proof, prove('control link, server', nonce, reply.server_nonce));
  metadata.set('distributed-session', reply.server_nonce.toString('hex'));
  metadata.set('distributed-proof', prove(
    `control link, client /distributed.v1.Cluster/${method}`, nonce, reply.server_nonce).toString('hex'));
  return metadata;
}

const call = async (method, request, more) => unary(cluster, method, request, await proof(method), more);

async function failing(promise, code) {
  try {
    await promise;
  } catch (error) {
    assert.strictEqual(error.code, code, `${error}`);
    return error.details;
  }
  throw new Error(`no failure; ${code} was expected`);
}

// The first messages of a stream, and then a cancelled one.
const first = (stream, count) => new Promise((resolve, reject) => {
  const messages = [];
  stream.on('data', (message) => {
    messages.push(message);
    if (messages.length === count) {
      stream.cancel();
    }
  });
  stream.on('error', (error) => (error.code === grpc.status.CANCELLED ? resolve(messages) : reject(error)));
  stream.on('end', () => reject(new Error(`the stream ended after ${messages.length} messages`)));
});

const checks = {
  async unary() {
    const reply = await call('SubmitJob', { job_yaml: 'model: mlp', run_dir: 'runs/é' });
    assert.deepStrictEqual({ ...reply }, { job_id: 'job-1', run_dir: 'runs/é' });
  },
  async large() {
    const runDir = 'x'.repeat(3 << 20);
    assert.strictEqual((await call('SubmitJob', { job_yaml: 'x', run_dir: runDir })).run_dir, runDir);
  },
  async status() {
    const status = await call('GetStatus', {});
    assert.strictEqual(status.state, 'TRAINING');
    assert.strictEqual(status.workers[1].rank, -1);
    assert.strictEqual(status.loss, 0.25);
    assert.strictEqual(status._accuracy, undefined);
  },
  async failing() {
    const details = await failing(call('SubmitJob', {}), grpc.status.INVALID_ARGUMENT);
    assert.strictEqual(details, 'the job is empty: 100 % — of nothing\n');
  },
  async unknown() {
    const client = new grpc.Client(address, grpc.credentials.createInsecure());
    const same = (bytes) => bytes;
    const path_ = '/distributed.v1.Cluster/Nothing';
    await failing(new Promise((resolve, reject) => {
      proof('Nothing').then((metadata) => client.makeUnaryRequest(
        path_, same, same, Buffer.alloc(0), metadata, (error, reply) => (error ? reject(error) : resolve(reply))));
    }), grpc.status.UNIMPLEMENTED);
    client.close();
  },
  async serverStreaming() {
    const updates = await first(cluster.WatchJob({}, await proof('WatchJob')), 2);
    assert.deepStrictEqual(updates.map((update) => update.update), ['status', 'event']);
    assert.strictEqual(updates[1].event.text, 'worker ann joined');
  },
  async bidirectional() {
    const stream = cluster.Link(await proof('Link'));
    const messages = [];
    const ended = new Promise((resolve, reject) => {
      stream.on('data', (message) => {
        messages.push(message);
        if (message.message === 'welcome') {
          stream.write({ join: { name: 'js', node: 'js/1', data_address: '127.0.0.1:9' } });
        } else if (message.message === 'regroup') {
          stream.write({ standing: { generation: message.regroup.generation } });
          stream.end();
        }
      });
      stream.on('error', reject);
      stream.on('end', resolve);
    });
    stream.write({ hello: { protocol_version: 1, kernels_build: build, name: 'js', node: 'js/1', job_id: 'job-1' } });
    await ended;
    assert.deepStrictEqual(messages.map((message) => message.message), ['welcome', 'regroup']);
  },
  async otherBuild() {
    const stream = cluster.Link(await proof('Link'));
    stream.write({ hello: { protocol_version: 1, kernels_build: 'js', name: 'js', node: 'js/1', job_id: 'job-1' } });
    const details = await failing(first(stream, 1), grpc.status.FAILED_PRECONDITION);
    assert.ok(details.includes('build js') && details.includes(build), details);
  },
  async deadline() {
    const call_ = call('Checkpoint', {}, { deadline: Date.now() + 300 });
    await failing(call_, grpc.status.DEADLINE_EXCEEDED);
  },
  async cancellation() {
    const metadata = await proof('Checkpoint');
    await failing(new Promise((resolve, reject) => {
      const pending = cluster.Checkpoint({}, metadata, (error, reply) => (error ? reject(error) : resolve(reply)));
      setImmediate(() => pending.cancel());
    }), grpc.status.CANCELLED);
  },
  async health() {
    const metadata = new grpc.Metadata();
    assert.strictEqual((await unary(health, 'Check', { service: '' }, metadata)).status, 'SERVING');
    assert.strictEqual((await unary(health, 'Check', { service: 'ready' }, metadata)).status, 'SERVING');
    await failing(unary(health, 'Check', { service: 'other' }, metadata), grpc.status.NOT_FOUND);
  },
  async authentication() {
    if (token === null) {
      return;
    }
    const bare = new grpc.Metadata();
    await failing(unary(cluster, 'GetStatus', {}, bare), grpc.status.UNAUTHENTICATED);
    const used = await proof('GetStatus');
    await unary(cluster, 'GetStatus', {}, used);
    await failing(unary(cluster, 'GetStatus', {}, used), grpc.status.UNAUTHENTICATED);
    await failing(unary(cluster, 'StopJob', {}, await proof('GetStatus')), grpc.status.UNAUTHENTICATED);
  },
};

(async () => {
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
    } catch (error) {
      console.log(`failed ${name}: ${error.stack}`);
      process.exit(1);
    }
    console.log(`ok ${name}`);
  }
  process.exit(0);
})();
