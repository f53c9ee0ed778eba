'use client'

import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useTRPC, useTRPCClient } from '@/components/trpc/client'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { networkColour } from '@/components/ui/network-colour'
import { Select } from '@/components/ui/select'
import { toast } from '@/components/ui/toast'
import type { NetworkView } from '@/server/observe/snapshot'
import { freeName } from '../network/free-name'
import { inputOf, openDraft } from '../policy/policy-draft'
import { PolicyFold } from '../policy/policy-fields'
import { formatDuration } from '../topology/bit-rate'
import { Fold } from '../topology/fold'
import { PlanBlock } from '../topology/plan-block'
import { errorAt, usePlan } from '../topology/plan-query'
import { parseWords } from '../topology/shell'
import { useSubmission } from '../topology/submission'
import { type PortRow, portInputs } from './port-draft'
import { PortRows } from './port-rows'

export interface CreateContainerDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** Where on the ground its card is to stand, in graph units; the layout chooses where absent. */
  defaultPosition?: { x: number; y: number }
  /** Id or name of the network that it joins. */
  defaultNetwork?: string
}

/** Makes a container: all that is asked has a sensible answer in it already. */
export function CreateContainerDialog({ open, onOpenChange, ...defaults }: CreateContainerDialogProps) {
  return open ? <ContainerForm onClose={() => onOpenChange(false)} {...defaults} /> : null
}

const fields = ['name', 'image', 'command', 'network', 'ports', 'pidsLimit', 'memoryBytes', 'policy']
const defaultImage = 'busybox:latest'
const defaultCommand = 'sleep infinity'
const mebibyte = 1024 * 1024

interface ContainerFormProps {
  onClose: () => void
  defaultPosition?: { x: number; y: number }
  defaultNetwork?: string
}

function ContainerForm({ onClose, defaultPosition, defaultNetwork }: ContainerFormProps) {
  const t = useTranslations('panel.createContainer')
  const client = useTRPCClient()
  const images = useQuery(useTRPC().image.list.queryOptions())
  const networks = useSnapshot((snapshot) => Object.values(snapshot.networks)).filter(isOurs)
  const names = useSnapshot((snapshot) => Object.values(snapshot.containers).map((container) => container.name))
  const [name, setName] = useState(() => freeName('container', names))
  const [image, setImage] = useState(defaultImage)
  const [command, setCommand] = useState(defaultCommand)
  const [network, setNetwork] = useState(() => firstNetwork(networks, defaultNetwork))
  const [ports, setPorts] = useState<readonly PortRow[]>([])
  const [pids, setPids] = useState('')
  const [memory, setMemory] = useState('')
  const [policy, setPolicy] = useState(openDraft)
  const [starts, setStarts] = useState(true)

  const words = parseWords(command)
  const request = {
    name: name.trim(),
    image,
    ...(words.length > 0 ? { command: words } : {}),
    network,
    ...(ports.length > 0 ? { ports: portInputs(ports) } : {}),
    ...(pids.trim() === '' ? {} : { pidsLimit: Number(pids) }),
    ...(memory.trim() === '' ? {} : { memoryBytes: Math.round(Number(memory) * mebibyte) }),
    ...(policy === openDraft ? {} : { policy: inputOf(policy) }),
    ...(starts ? { start: true } : {}),
  }
  const plan = usePlan('container.create', request, (input) =>
    client.container.create.mutate({ ...input, dryRun: true }),
  )
  const { isBusy, error, submit } = useSubmission(request, plan.error)
  const tags = [...new Set([image, ...(images.data?.flatMap(({ tags: own }) => own) ?? [])])]

  const send = async () => {
    const { result, operation } = await client.container.create.mutate(request)
    if (defaultPosition) {
      const place = { x: Math.round(defaultPosition.x), y: Math.round(defaultPosition.y) }
      await client.host.moveNodes.mutate({ positions: [{ nodeId: result.id, ...place }] })
    }
    toast.done(t(starts ? 'started' : 'created', { name: result.name }), {
      ...(operation?.durationMs == null ? {} : { description: formatDuration(operation.durationMs) }),
    })
    onClose()
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('title')}
      description={t('description')}
      footer={
        <>
          <div className="mr-auto">
            <Checkbox checked={starts} onCheckedChange={setStarts} label={t('start')} />
          </div>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" form="create-container" variant="primary" busy={isBusy} disabled={name.trim() === ''}>
            {t('create')}
          </Button>
        </>
      }
    >
      <form
        id="create-container"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void submit(send)
        }}
      >
        <div className="grid grid-cols-2 gap-3">
          <Field label={t('name')} error={errorAt(error, 'name')}>
            {(control) => (
              <Input
                {...control}
                value={name}
                onChange={(event) => setName(event.target.value)}
                onFocus={(event) => event.target.select()}
              />
            )}
          </Field>
          <Field label={t('network')} error={errorAt(error, 'network')}>
            {(control) => (
              <Select
                {...control}
                value={network}
                onValueChange={setNetwork}
                options={networks.map((option) => ({ value: option.id, label: <NetworkChoice network={option} /> }))}
              />
            )}
          </Field>
          <Field label={t('image')} error={errorAt(error, 'image')}>
            {(control) => (
              <Select
                {...control}
                value={image}
                onValueChange={setImage}
                options={tags.map((tag) => ({ value: tag, label: tag }))}
              />
            )}
          </Field>
          <Field label={t('command')} error={errorAt(error, 'command')} aside={t('imageDefault')}>
            {(control) => (
              <Input {...control} mono value={command} onChange={(event) => setCommand(event.target.value)} />
            )}
          </Field>
        </div>
        <Arguments words={words} />
        <PortRows rows={ports} onChange={setPorts} error={errorAt(error, 'ports')} />
        <Fold title={t('limits')} forced={errorAt(error, 'pidsLimit', 'memoryBytes') !== null}>
          <div className="grid grid-cols-2 gap-3">
            <Field label={t('pids')} error={errorAt(error, 'pidsLimit')} aside={t('noLimit')}>
              {(control) => (
                <Input
                  {...control}
                  mono
                  inputMode="numeric"
                  value={pids}
                  onChange={(event) => setPids(event.target.value.replace(/\D/g, ''))}
                  placeholder="512"
                />
              )}
            </Field>
            <Field label={t('memory')} error={errorAt(error, 'memoryBytes')} aside={t('noLimit')}>
              {(control) => (
                <Input
                  {...control}
                  mono
                  inputMode="numeric"
                  value={memory}
                  onChange={(event) => setMemory(event.target.value.replace(/\D/g, ''))}
                  placeholder="64"
                />
              )}
            </Field>
          </div>
        </Fold>
        <PolicyFold holder="container" draft={policy} onChange={setPolicy} error={errorAt(error, 'policy')} />
        <PlanBlock plan={plan} error={error} fields={fields} empty={t('planEmpty')} />
      </form>
    </Dialog>
  )
}

/** The command as the program gets it: one box an argument. */
function Arguments({ words }: { words: readonly string[] }) {
  const t = useTranslations('panel.createContainer')
  if (words.length === 0) return <p className="-mt-2 text-faint text-xs">{t('commandOfImage')}</p>
  return (
    <p className="-mt-2 flex flex-wrap items-center gap-1 text-faint text-xs">
      {t('arguments')}
      {words.map((word, index) => (
        <code
          // biome-ignore lint/suspicious/noArrayIndexKey: arguments are told apart by their place alone
          key={index}
          className="max-w-full truncate rounded border border-line bg-sunken px-1.5 text-2xs text-muted"
        >
          {word === '' ? '""' : word}
        </code>
      ))}
    </p>
  )
}

function NetworkChoice({ network }: { network: NetworkView }) {
  return (
    <span className="flex items-center gap-2">
      <span className="size-2 shrink-0 rounded-full" style={{ background: networkColour(network.colour) }} />
      <bdi className="truncate">{network.name}</bdi>
    </span>
  )
}

function isOurs(network: NetworkView): boolean {
  return network.origin === 'patchbay' && network.configuration === undefined
}

/** The one that was asked for, else the predefined bridge, else whichever there is. */
function firstNetwork(networks: readonly NetworkView[], wanted: string | undefined): string {
  const named = (name: string | undefined) => networks.find(({ id, name: own }) => id === name || own === name)
  return (named(wanted) ?? named('bridge') ?? networks[0])?.id ?? 'bridge'
}
