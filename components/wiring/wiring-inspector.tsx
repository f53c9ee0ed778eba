'use client'

import { X } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useLayoutEffect, useRef } from 'react'
import type { NamespaceView, WiredLink } from '@/server/observe/wiring/view'
import { CaptureLink } from '../capture/capture-link'
import { useSay } from '../i18n/use-say'
import { Fact, Facts, Section } from '../topology/facts'
import { InspectorHead } from '../topology/inspector-head'
import { shellLine } from '../topology/shell'
import { Sparkline } from '../topology/sparkline'
import { TraceLink } from '../trace/trace-link'
import { useSnapshot } from '../trpc/snapshot'
import { Badge } from '../ui/badge'
import { IconButton } from '../ui/icon-button'
import { kindOf, stateOf, useNamespaceName } from './link-words'
import { useLinkHistory, useWiring } from './live-wiring'
import { plainText } from './plain-text'
import { toPanel } from './selection'
import { focusNode, inspectorId } from './wiring-keys'
import { useWiringState, useWiringStore } from './wiring-state'

/** All there is to know about the namespace or interface that is selected. */
export function WiringInspector() {
  const t = useTranslations('panel.inspector')
  const store = useWiringStore()
  const selected = useWiringState((state) => state.selected)
  const link = useWiring(({ links }) => links[selected ?? ''])
  const namespace = useWiring(({ namespaces }) => namespaces[selected ?? ''])
  const aside = useRef<HTMLElement>(null)
  const isInside = useRef(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what is shown that takes the focused button away
  useLayoutEffect(() => {
    if (isInside.current && document.activeElement === document.body) aside.current?.focus({ preventScroll: true })
  }, [selected])
  if (!link && !namespace) return null
  // Focus goes back to where one came from, and stays here when what one followed is shown in place of what was here.
  const close = () => {
    const { cameFrom } = store.get()
    if (cameFrom !== null && aside.current?.contains(document.activeElement)) focusNode(cameFrom)
    store.set({ selected: null, cameFrom: null })
  }
  return (
    <aside
      ref={aside}
      id={inspectorId}
      tabIndex={-1}
      aria-label={t('label')}
      onFocus={() => {
        isInside.current = true
      }}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (relatedTarget !== null) isInside.current = currentTarget.contains(relatedTarget)
      }}
      className="relative flex h-full min-h-0 w-[340px] shrink-0 flex-col border-line border-l bg-surface"
      onKeyDown={(event) => {
        if (event.key === 'Escape') close()
      }}
    >
      <div className="absolute top-3 right-3 z-10">
        <IconButton label={t('close')} shortcut="Esc" size="small" onClick={close}>
          <X />
        </IconButton>
      </div>
      {link ? <LinkInspector link={link} /> : namespace && <NamespaceInspector namespace={namespace} />}
    </aside>
  )
}

function NamespaceInspector({ namespace }: { namespace: NamespaceView }) {
  const t = useTranslations('wiring')
  const tables = useTranslations('namespaces')
  const say = useSay()
  const nameOf = useNamespaceName()
  const links = useWiring((wiring) => Object.values(wiring.links).filter(({ netnsId }) => netnsId === namespace.id))
  const { mounts, elsewhere, processes, processCount } = namespace
  const byHand = shellOf(namespace)
  return (
    <>
      <InspectorHead
        title={<bdi>{nameOf(namespace)}</bdi>}
        text={t(`namespace.${namespace.kind}Long`)}
        actions={
          <>
            <TraceLink draft={{ from: `namespace:${namespace.id}` }} what="from" />
            <Owner id={namespace.id} />
          </>
        }
      />
      <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-4 pt-1 pb-6">
        {namespace.failure !== null && (
          <p className="text-sm text-warn">{t('notice.failure', { reason: plainText(say(namespace.failure)) })}</p>
        )}
        <Section title={t('facts.title')}>
          <Link href={`/namespaces?ns=${namespace.id}`} className="mb-2 block text-accent text-sm hover:underline">
            {tables('openTables')}
          </Link>
          <Facts>
            <Fact name={t('facts.netns')} value={namespace.id} />
            <Fact name={t('facts.path')} value={plainText(namespace.path)} />
            {byHand !== null && <Fact name={t('facts.shell')} value={plainText(byHand)} />}
            {mounts.map((mount) => (
              <Fact key={mount} name={t('facts.mount')} value={plainText(mount)} />
            ))}
            {elsewhere && <Fact name={t('facts.mount')} value={plainText(elsewhere.mount)} />}
            {elsewhere && (
              <Fact name={t('facts.mountsOf')} value={`${plainText(elsewhere.process)} ${elsewhere.pid}`} />
            )}
          </Facts>
        </Section>
        {processCount > 0 && (
          <Section title={t('facts.processes', { count: processCount })}>
            <Facts>
              {processes.map(({ pid, name }) => (
                <Fact key={pid} name={String(pid)} value={plainText(name)} />
              ))}
            </Facts>
          </Section>
        )}
        <Section title={t('facts.links', { count: links.length })}>
          <ul className="flex flex-col gap-1">
            {links.map((link) => (
              <li key={link.id}>
                <LinkButton link={link} />
              </li>
            ))}
          </ul>
        </Section>
      </div>
    </>
  )
}

/** Where no engine can be asked for a terminal, one goes in by hand: to a process, or to the network alone. */
function shellOf({ kind, processes, path }: NamespaceView): string | null {
  if (kind === 'host' || kind === 'container' || kind === 'spare') return null
  const [process] = processes
  return shellLine(process ? ['nsenter', '--all', '--target', String(process.pid)] : ['nsenter', `--net=${path}`])
}

/** Where it stands on the network picture. */
function Owner({ id }: { id: string }) {
  const t = useTranslations('wiring')
  const wiring = useWiring((picture) => picture)
  const networks = useSnapshot(({ networks, containers, endpoints }) => ({ networks, containers, endpoints }))
  const panelId = toPanel(id, wiring, networks)
  if (panelId === null) return null
  return (
    <Link href={`/?select=${encodeURIComponent(panelId)}`} className="text-accent text-sm hover:underline">
      {t('toPanel')}
    </Link>
  )
}

function LinkButton({ link }: { link: WiredLink }) {
  const store = useWiringStore()
  return (
    <button
      type="button"
      onClick={() => store.set({ selected: link.id, asked: link.id })}
      className="flex w-full min-w-0 items-baseline gap-2 rounded text-left font-mono text-xs hover:text-accent hover:underline"
    >
      <bdi className="truncate font-medium">{plainText(link.name)}</bdi>
      <span className="shrink-0 text-faint">{kindOf(link)}</span>
      <bdi className="ml-auto truncate text-muted">{link.addresses[0] ?? link.mac}</bdi>
    </button>
  )
}

function LinkInspector({ link }: { link: WiredLink }) {
  const t = useTranslations('wiring')
  const nameOf = useNamespaceName()
  const home = useWiring(({ namespaces }) => namespaces[link.netnsId])
  const state = stateOf(link)
  return (
    <>
      <InspectorHead
        title={<bdi>{plainText(link.name)}</bdi>}
        text={home && <bdi>{t('inNamespace', { name: nameOf(home) })}</bdi>}
        actions={
          <>
            <CaptureLink points={[{ namespace: link.netnsId, link: link.name }]} />
            <Owner id={link.id} />
          </>
        }
      />
      <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-4 pt-1 pb-6">
        <Section
          title={t('facts.title')}
          aside={<Badge tone={state === 'up' ? 'ok' : 'warn'}>{t(`state.${state}`)}</Badge>}
        >
          <LinkFacts link={link} />
        </Section>
        <Ends link={link} />
        <Vteps link={link} />
        <Traffic id={link.id} />
      </div>
    </>
  )
}

function LinkFacts({ link }: { link: WiredLink }) {
  const t = useTranslations('wiring.facts')
  const { bridge, port, macvlan, vxlan, vlan, tun, holders = [] } = link
  return (
    <Facts>
      <Fact name={t('kind')} value={kindOf(link)} />
      <Fact name={t('index')} value={String(link.index)} />
      <Fact name={t('operstate')} value={link.operstate} />
      {link.addresses.map((address) => (
        <Fact key={address} name={t('address')} value={address} />
      ))}
      <Fact name={t('mac')} value={link.mac} />
      <Fact name={t('mtu')} value={String(link.mtu)} />
      {link.alias !== null && <Fact name={t('alias')} value={plainText(link.alias)} />}
      {link.promiscuous && <Fact name={t('promiscuous')} value={t('yes')} copies={false} />}
      {bridge && (
        <>
          <Fact name="STP" value={t(bridge.stp ? 'yes' : 'no')} copies={false} />
          <Fact name={t('vlanFiltering')} value={t(bridge.vlanFiltering ? 'yes' : 'no')} copies={false} />
          <Fact name={t('ageing')} value={`${bridge.ageing} s`} />
        </>
      )}
      {port && (
        <>
          <Fact name={t('portState')} value={port.state} />
          <Fact name={t('isolated')} value={t(port.isolated ? 'yes' : 'no')} copies={false} />
          <Fact name={t('hairpin')} value={t(port.hairpin ? 'yes' : 'no')} copies={false} />
          <Fact name={t('learning')} value={t(port.learning ? 'yes' : 'no')} copies={false} />
        </>
      )}
      {tun && holders.length === 0 && <Fact name={t('holder')} value={t('nobody')} copies={false} />}
      {holders.map(({ pid, name }) => (
        <Fact key={pid} name={t('holder')} value={`${plainText(name)} ${pid}`} />
      ))}
      {macvlan && <Fact name={t('mode')} value={macvlan.mode} />}
      {vlan && <Fact name="VLAN" value={String(vlan.id)} />}
      {vxlan && (
        <>
          <Fact name="VNI" value={String(vxlan.vni)} />
          <Fact name={t('local')} value={vxlan.local} />
          <Fact name={t('remote')} value={vxlan.remote} />
          <Fact name={t('port')} value={String(vxlan.port)} />
          <Fact name={t('learning')} value={t(vxlan.learning ? 'yes' : 'no')} copies={false} />
        </>
      )}
    </Facts>
  )
}

/** What it is plugged into: each step leads there. */
function Ends({ link }: { link: WiredLink }) {
  const t = useTranslations('wiring')
  const master = useWiring(({ links }) => links[link.masterId ?? ''])
  const ports = useWiring(({ links }) => Object.values(links).filter(({ masterId }) => masterId === link.id))
  const cables = useWiring((wiring) =>
    Object.values(wiring.cables).filter(({ from, to }) => from === link.id || to === link.id),
  )
  if (!master && ports.length === 0 && cables.length === 0) return null
  return (
    <Section title={t('facts.ends')}>
      <dl className="flex flex-col gap-2 text-xs">
        {master && <End name={t('facts.master')} id={master.id} />}
        {cables.map((cable) => (
          <End
            key={cable.id}
            name={t(`cable.${cable.kind}${cable.from === link.id ? '' : 'Back'}`)}
            id={cable.from === link.id ? cable.to : cable.from}
          />
        ))}
        {ports.map(({ id }) => (
          <End key={id} name={t('facts.bridgePort')} id={id} />
        ))}
      </dl>
    </Section>
  )
}

function End({ name, id }: { name: string; id: string | null }) {
  const t = useTranslations('wiring')
  const nameOf = useNamespaceName()
  const link = useWiring(({ links }) => links[id ?? ''])
  const home = useWiring(({ namespaces }) => namespaces[link?.netnsId ?? ''])
  return (
    <div>
      <dt className="text-faint">{home ? t('facts.endIn', { name, namespace: nameOf(home) }) : name}</dt>
      <dd>{link ? <LinkButton link={link} /> : <span className="text-muted">{t('elsewhere')}</span>}</dd>
    </div>
  )
}

function Vteps({ link }: { link: WiredLink }) {
  const t = useTranslations('wiring.facts')
  const { vteps = [], vtepCount = 0 } = link
  if (vteps.length === 0) return null
  return (
    <Section title={t('vteps', { count: vtepCount })}>
      <Facts>
        {vteps.map(({ mac, remote, vni }) => (
          <Fact key={`${mac} ${remote}`} name={remote} value={vni === null ? mac : `${mac} · VNI ${vni}`} />
        ))}
      </Facts>
      {vtepCount > vteps.length && (
        <p className="text-faint text-xs">{t('vtepsCut', { count: vtepCount - vteps.length })}</p>
      )}
    </Section>
  )
}

function Traffic({ id }: { id: string }) {
  const t = useTranslations('wiring.facts')
  return (
    <Section title={t('traffic')}>
      <Sparkline samples={useLinkHistory(id)} colour="var(--wire-veth)" />
    </Section>
  )
}
