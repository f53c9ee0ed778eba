import { host, theme } from '../step'

const shown = '{{.Type}} {{.Action}} {{.Actor.ID}} {{json .Actor.Attributes}}'

/** What the engine tells of what happens. */
export const events = theme('events', [
  'network create --label a=b told',
  'run -d --name teller --network told --label x=y busybox sleep 3600',
  'network create second',
  'network connect second teller',
  'exec teller true',
  'network disconnect second teller',
  'rename teller renamed',
  'kill --signal USR1 renamed',
  'restart -t 0 renamed',
  'stop -t 0 renamed',
  'start renamed',
  'kill renamed',
  'rm renamed',
  'run --rm --network told busybox false',
  'network rm second',
  'network prune -f',
  host('sleep 1.1'),
  `events --since @start --until 0s --filter type=network --format "${shown}"`,
  `events --since @start --until 0s --filter type=container --format "${shown}"`,
  'events --since @start --until 0s --format "{{.Type}} {{.Action}} {{.Scope}}"',
  'events --since @start --until 0s --filter event=create --filter event=destroy --format "{{.Type}} {{.Action}}"',
  'events --since @start --until 0s --filter container=renamed --format "{{.Action}}"',
  'events --since @start --until 0s --filter network=told --format "{{.Type}} {{.Action}}"',
  'events --since @start --until 0s --filter label=x=y --format "{{.Action}}"',
  'events --since @start --until 0s --filter label=a=b --format "{{.Action}}"',
  'events --since @start --until 0s --filter image=busybox --format "{{.Action}}"',
  'events --since @start --until 0s --filter scope=swarm',
  'events --since @start --until 0s --filter foo=bar',
  'events --since nonsense --until 0s',
])
