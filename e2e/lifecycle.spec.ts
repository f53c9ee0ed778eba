import { execFileSync } from 'node:child_process'
import { expect, test } from './fixtures/test'

test('a container is paused and goes on from the panel, which shows how it runs', async ({ panel, daemon }) => {
  const docker = (...args: string[]) => {
    const env = { ...process.env, DOCKER_HOST: `unix://${daemon.runDir}/docker.sock` }
    return execFileSync('docker', args, { encoding: 'utf8', env }).trim()
  }
  const how = ['--restart', 'on-failure:3', '--cpus', '0.5', '-v', '/tmp:/host:ro', '--tmpfs', '/fast']
  docker('run', '-d', '--name', 'jar', ...how, '--health-cmd', 'true', '--health-interval', '300ms', 'busybox', 'top')
  const inspector = panel.page.getByRole('complementary')
  await panel.sandbox('jar').click()
  await expect(inspector).toContainText('after a failure, 3 times')
  await expect(inspector).toContainText('/tmp (read-only)')
  await expect(inspector).toContainText('healthy')
  await inspector.getByRole('button', { name: 'Pause' }).click()
  await expect(panel.sandbox('jar')).toContainText('paused')
  expect(docker('inspect', '--format', '{{.State.Status}}', 'jar')).toBe('paused')
  await panel.page.screenshot({ path: test.info().outputPath('paused.png') })
  await inspector.getByRole('button', { name: 'Unpause' }).click()
  await expect(panel.sandbox('jar')).toContainText('running')
  docker('pause', 'jar')
  await expect(panel.sandbox('jar')).toContainText('paused')
})
