import { reach, theme } from '../step'

/** Who reaches whom: networks apart, internal ones, those that keep their containers apart, the default one. */
export const isolation = theme('isolation', [
  'network create --subnet 10.90.1.0/24 red',
  'network create --subnet 10.90.2.0/24 blue',
  'network create --subnet 10.90.3.0/24 --internal inner',
  'network create --subnet 10.90.4.0/24 -o com.docker.network.bridge.enable_icc=false apart',
  'network create --subnet 10.90.5.0/24 -o com.docker.network.bridge.enable_ip_masquerade=false open',
  'run -d --name r1 --network red busybox sleep 3600',
  'run -d --name r2 --network red busybox sleep 3600',
  'run -d --name b1 --network blue busybox sleep 3600',
  'run -d --name i1 --network inner busybox sleep 3600',
  'run -d --name i2 --network inner busybox sleep 3600',
  'run -d --name a1 --network apart busybox sleep 3600',
  'run -d --name a2 --network apart busybox sleep 3600',
  'run -d --name o1 --network open busybox sleep 3600',
  'run -d --name d1 busybox sleep 3600',
  'run -d --name d2 busybox sleep 3600',
  'run -d --name both --network red busybox sleep 3600',
  'network connect blue both',
  'exec i1 ip route',
  reach(
    'r1 r2 b1 i1 i2 a1 a2 o1 d1 d2 both host outside',
    '10.90.1.2 10.90.1.3 10.90.1.4 10.90.2.2 10.90.2.3 10.90.3.2 10.90.3.3 10.90.4.2 10.90.4.3 10.90.5.2 172.17.0.2 172.17.0.3 10.90.1.1 10.90.2.1 10.90.3.1 172.17.0.1 192.168.50.1 192.168.50.254',
  ),
  'network disconnect red both',
  reach('r1 both', '10.90.1.2 10.90.1.4 10.90.2.2'),
  'run -d --name caps --network red --cap-drop NET_RAW busybox sleep 3600',
  reach('caps', '10.90.1.2'),
])
