import { expect, test } from 'vitest'
import { mountOf, rootPropagation } from './mounts'

const mountinfo = `22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:25 / /srv rw,nosuid shared:7 - tmpfs tmpfs rw
31 30 0:26 / /srv/my\\040files rw master:3 propagate_from:2 - tmpfs tmpfs rw
32 22 0:27 / /srv-other rw shared:9 - tmpfs tmpfs rw
`

test('a path lies on the mount that is nearest above it', () => {
  expect(mountOf('/etc/hosts', mountinfo)).toEqual({ target: '/', sharing: '' })
  expect(mountOf('/srv/a', mountinfo)).toEqual({ target: '/srv', sharing: ' shared:7' })
  expect(mountOf('/srv/my files/deep', mountinfo)).toMatchObject({
    target: '/srv/my files',
    sharing: expect.stringContaining('master:3'),
  })
  expect(mountOf('/srv-othe', mountinfo).target).toBe('/')
})

test('only mounts that share open the mount namespace', () => {
  const mount = (...options: string[]) => ({ destination: '/a', type: 'bind', source: '/b', options })
  expect(rootPropagation([mount('rbind', 'rprivate')])).toEqual({})
  expect(rootPropagation([mount('rbind', 'rslave')])).toEqual({ rootfsPropagation: 'rslave' })
  expect(rootPropagation([mount('rslave'), mount('shared')])).toEqual({ rootfsPropagation: 'shared' })
})
