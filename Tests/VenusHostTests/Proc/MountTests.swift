import Testing
import VenusHost

@Suite("Mounts")
struct MountTests {
    private func fileSystems(_ lines: String, including types: Set<String> = []) -> [String] {
        var text = ProcText(lines)
        return Mount.fileSystems(Mount.visible(&text), including: HostInclusions(fileSystemTypes: types)).map(\.point)
    }

    @Test("of those that are left out, the types that are named are read")
    func included() {
        let lines = """
            22 27 0:21 / /proc rw - proc proc rw
            27 1 254:0 / / rw - ext4 /dev/vda1 rw
            28 27 0:25 / /run rw - tmpfs tmpfs rw
            29 27 0:26 / /dev/shm rw - tmpfs tmpfs rw
            30 27 0:50 / /home rw - nfs4 server:/home rw,vers=4.2

            """
        #expect(fileSystems(lines) == ["/"])
        #expect(fileSystems(lines, including: ["tmpfs"]) == ["/", "/dev/shm", "/run"])
        #expect(fileSystems(lines, including: ["nfs4", "none"]) == ["/", "/home"])
    }

    @Test("the kernel's own, those in memory and on the network are left out")
    func bareMetal() {
        #expect(
            fileSystems(
                """
                22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw
                23 27 0:22 / /sys rw,relatime shared:6 - sysfs sysfs rw
                24 27 0:6 / /dev rw - devtmpfs devtmpfs rw,size=8157492k
                27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro
                28 27 0:25 / /run rw - tmpfs tmpfs rw
                29 27 8:1 / /boot/efi rw shared:30 - vfat /dev/sda1 rw
                30 27 0:50 / /home rw - nfs4 server:/home rw,vers=4.2
                31 27 7:0 / /snap/core/1 ro - squashfs /dev/loop0 ro
                32 27 253:3 / /srv/data\\040sets rw master:2 shared:9 - xfs /dev/mapper/vg-data rw

                """) == ["/", "/boot/efi", "/srv/data sets"])
    }

    @Test("binds and subvolumes of one file system count once, at its own place")
    func binds() {
        #expect(
            fileSystems(
                """
                40 27 8:2 /lib/a /a rw - ext4 /dev/sda2 rw
                41 27 8:2 / /var/long/path rw - ext4 /dev/sda2 rw
                42 27 8:2 / /var/lib rw - ext4 /dev/sda2 rw
                43 27 0:40 /@home /home rw - btrfs /dev/sdb rw
                44 27 0:40 /@ /mnt/btrfs rw - btrfs /dev/sdb rw

                """) == ["/home", "/var/lib"])
    }

    @Test("what is mounted over something hides it")
    func hidden() {
        #expect(
            fileSystems("40 27 8:2 / /data rw - ext4 /dev/sda2 rw\n41 27 0:3 / /data rw - tmpfs tmpfs rw\n").isEmpty)
    }

    @Test("a container's root is an overlay; files that are bound into it are its disk's")
    func container() {
        #expect(
            fileSystems(
                """
                600 500 0:99 / / rw,relatime - overlay overlay rw,lowerdir=/a:/b,upperdir=/c
                601 600 0:100 / /proc rw - proc proc rw
                602 600 254:1 /docker/containers/x/hosts /etc/hosts rw - ext4 /dev/vda1 rw
                603 600 0:99 / /inner rw - overlay overlay rw

                """) == ["/", "/etc/hosts"])
    }

    @Test("garbled lines are passed over and counted")
    func garbled() {
        var text = ProcText("1 2\n27 1 254:0 / / rw shared:1\n27 1 254:0 / /x\\04 rw - ext4 /dev/vda rw\n")
        #expect(Mount.visible(&text).map(\.point) == ["/x\\04"])
        #expect(text.garbledLines == 2)
    }

    @Test("there is a bound to mounts and to file systems")
    func bounds() {
        var text = ProcText((0..<20_000).map { "1 1 8:\($0) / /m\($0) rw - ext4 /dev/x rw" }.joined(separator: "\n"))
        let mounts = Mount.visible(&text)
        #expect(mounts.count == Mount.maximumMounts)
        #expect(Mount.fileSystems(mounts).count == Mount.maximumFileSystems)
    }
}
