import { PatchPanel } from '@/components/topology/patch-panel'

export default function PanelPage() {
  return <PatchPanel />
}
