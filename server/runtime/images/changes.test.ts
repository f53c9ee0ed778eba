import { expect, test } from 'vitest'
import { applyChanges } from './changes'

test('lines of a Dockerfile change the configuration', () => {
  const lines = [
    'CMD echo "hello world"',
    'entrypoint ["/bin/serve", "--all"]',
    'CMD ["--quiet"]',
    'ENV A=1 B="two words" C=three\\ words D=\'$x\'',
    'ENV OLD the old  form',
    'ENV A=2',
    'WORKDIR /srv',
    'WORKDIR app',
    'USER www:adm',
    'EXPOSE 80 53/udp 7000-7002',
    'LABEL of="me and you" empty=""',
    'VOLUME ["/data", "/var/log"]',
    'VOLUME /more /still',
    'STOPSIGNAL SIGQUIT',
    'ONBUILD RUN one',
    'ONBUILD RUN two',
  ]
  expect(applyChanges({}, lines)).toEqual({
    Entrypoint: ['/bin/serve', '--all'],
    Cmd: ['--quiet'],
    Env: ['B=two words', 'C=three words', 'D=$x', 'OLD=the old  form', 'A=2'],
    WorkingDir: '/srv/app',
    User: 'www:adm',
    ExposedPorts: { '80/tcp': {}, '53/udp': {}, '7000/tcp': {}, '7001/tcp': {}, '7002/tcp': {} },
    Labels: { of: 'me and you', empty: '' },
    Volumes: { '/data': {}, '/var/log': {}, '/more': {}, '/still': {} },
    StopSignal: 'SIGQUIT',
    OnBuild: ['RUN one', 'RUN two'],
  })
  expect(applyChanges({}, ['CMD echo hi'])).toEqual({ Cmd: ['/bin/sh', '-c', 'echo hi'] })
})

test.each([
  ['RUN true', 'run is not a valid change command; CMD, ENTRYPOINT, ENV'],
  ['', '"" is not a valid change command'],
  ['CMD', 'CMD requires at least one argument'],
  ['ENV A', 'ENV must have two arguments'],
  ['LABEL a=b c', 'LABEL wants name=value, not "c"'],
  ['EXPOSE http', 'EXPOSE wants a port such as 80 or 53/udp, not "http"'],
  ['EXPOSE 80-70', 'EXPOSE wants a port'],
  ['EXPOSE 70000', 'EXPOSE wants a port'],
])('%s is refused by name', (line, why) => {
  expect(() => applyChanges({}, [line])).toThrow(why)
})
