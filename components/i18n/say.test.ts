import { expect, test } from 'vitest'
import { sentence } from '@/server/cnm/sentence'
import { say } from './say'

const zh = {
  comma: '、',
  sentences: {
    'network {0} is in use by {1}; disconnect {2} first': '请先断开{2}，{1} 还在使用网络 {0}',
    '{0} is taken by {1}': '{0} 已被 {1} 占用',
    'port {0} of {1}': '{1} 的端口 {0}',
    'this host': '本机',
    'container {0}': '容器 {0}',
    them: '它们',
  },
}

/** As it comes over the wire. */
const sent = (told: object) => JSON.parse(JSON.stringify(told))

test('a sentence is told in another language, in its own order, with its lists and the sentences in it', () => {
  const told = sentence`network ${'web'} is in use by ${['a', 'b']}; disconnect ${sentence`them`} first`
  expect(String(told)).toBe('network web is in use by a, b; disconnect them first')
  expect(say(sent(told))).toBe(String(told))
  expect(say(sent(told), zh)).toBe('请先断开它们，a、b 还在使用网络 web')
})

test('Chinese in Chinese has no space around it, names have', () => {
  const holder = sentence`container ${'db'}`
  expect(say(sent(sentence`${sentence`port ${80} of ${sentence`this host`}`} is taken by ${holder}`), zh)).toBe(
    '本机的端口 80 已被容器 db 占用',
  )
  expect(say(sent(sentence`port ${80} of ${'甲'}`), zh)).toBe('甲 的端口 80')
})

test('values are not looked into, and what has no words stays English', () => {
  expect(say(sent(sentence`container ${'{0} this host'}`), zh)).toBe('容器 {0} this host')
  expect(say(sent(sentence`container ${sentence`nobody knows ${1}`}`), zh)).toBe('容器 nobody knows 1')
  expect(say('this host', zh)).toBe('this host')
})
