import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findUser, resolveUser } from './user'

const passwd = 'root:x:0:0:root:/root:/bin/sh\nweb:x:33:33::/:/bin/false\nbad:x:no:1\n'
const group = 'root:x:0:\nadm:x:4:web,other\nwheel:x:10:root,web\nweb:x:33:web\n'

test('a user is found by name or number, with the groups that list it', () => {
  expect(findUser(passwd, group, '')).toEqual({ uid: 0, gid: 0, additionalGids: [0, 10] })
  expect(findUser(passwd, group, 'web')).toEqual({ uid: 33, gid: 33, additionalGids: [33, 4, 10] })
  expect(findUser(passwd, group, '33')).toEqual({ uid: 33, gid: 33, additionalGids: [33, 4, 10] })
  expect(findUser(passwd, group, 'web:adm')).toEqual({ uid: 33, gid: 4, additionalGids: [4] })
})

test('numbers need no entry, names do', () => {
  expect(findUser('', '', '1000:100')).toEqual({ uid: 1000, gid: 100, additionalGids: [100] })
  expect(findUser('', '', '1000')).toEqual({ uid: 1000, gid: 0, additionalGids: [0] })
  for (const user of ['nobody', 'web:nogroup', '99999999999', '1:2:3', 'bad', '-1', 'ro\not']) {
    expect(() => findUser(passwd, group, user)).toThrow(/cannot be found/)
  }
})

test('a passwd file that is a link out of the image is not read', async () => {
  const base = await mkdtemp(join(tmpdir(), 'patchbay-user-'))
  try {
    await mkdir(join(base, 'rootfs/etc'), { recursive: true })
    await writeFile(join(base, 'outside'), 'spy:x:7:7::/:\n')
    await symlink('../../outside', join(base, 'rootfs/etc/passwd'))
    await expect(resolveUser(join(base, 'rootfs'), 'spy')).rejects.toThrow('user "spy" cannot be found')
    await rm(join(base, 'rootfs/etc/passwd'))
    await writeFile(join(base, 'rootfs/etc/passwd'), 'spy:x:7:7::/:\n')
    expect(await resolveUser(join(base, 'rootfs'), 'spy')).toMatchObject({ uid: 7 })
  } finally {
    await rm(base, { recursive: true })
  }
})
