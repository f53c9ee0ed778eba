import { expect, test } from 'vitest'
import { container, endpoint, network } from '../topology/snapshot.fixture'
import { containerAsDocker } from './container-commands'

test('a container is run again with its networks, ports and limits', () => {
  const web = container('web', {
    ports: [
      { protocol: 'tcp', containerPort: 80, hostIp: '0.0.0.0', hostPort: 8080 },
      { protocol: 'udp', containerPort: 53, hostIp: '127.0.0.1', hostPort: 5353 },
    ],
    pidsLimit: 64,
    memoryBytes: 67108864,
    command: ['sh', '-c', 'httpd -f'],
  })
  const joined = [
    { endpoint: endpoint('web', 'front', 2, { aliases: ['www'] }), network: network('front') },
    { endpoint: endpoint('web', 'back', 9), network: network('back') },
  ]
  expect(containerAsDocker(web, joined)).toBe(
    [
      "docker run --detach --name web --hostname web --network front --ip 172.18.0.2 --network-alias www --publish 8080:80 --publish 127.0.0.1:5353:53/udp --pids-limit 64 --memory 67108864b -- busybox:latest sh -c 'httpd -f'",
      'docker network connect --ip 172.18.0.9 -- back web',
    ].join('\n'),
  )
})

test('a container without a network says so', () => {
  expect(containerAsDocker(container('alone'), [])).toContain('--network none')
})

test('who shares a network asks for it, and for no host name beside it', () => {
  const sharer = container('box', { networkMode: 'container:web', hostname: '0123456789ab' })
  expect(containerAsDocker(sharer, [])).toBe(
    'docker run --detach --name box --network container:web -- busybox:latest sleep infinity',
  )
})

test('hostile names and arguments stay arguments', () => {
  const evil = container('x', { name: '$(reboot)', hostname: '', command: ['echo', "a'; rm -rf /"] })
  expect(containerAsDocker(evil, [])).toBe(
    "docker run --detach --name '$(reboot)' --network none -- busybox:latest echo 'a'\\''; rm -rf /'",
  )
})

test('how it runs is part of the command', () => {
  const box = container('box', {
    nanoCpus: 5e8,
    restartPolicy: { name: 'on-failure', maximumRetryCount: 3 },
    mounts: [
      { type: 'bind', source: '/srv/my files', target: '/data', readOnly: true },
      { type: 'tmpfs', source: '', target: '/run', readOnly: false },
    ],
  })
  expect(containerAsDocker(box, [])).toContain(
    "--cpus 0.5 --restart on-failure:3 --volume '/srv/my files:/data:ro' --tmpfs /run -- busybox:latest",
  )
})
