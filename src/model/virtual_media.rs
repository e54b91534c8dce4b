//! Media that a management controller lends to a machine over the network: a picture of a disc, no part of the machine.

/// Names of management controllers and of their makers, as they stand in the names of such media.
const CONTROLLERS: &[&str] = &[
    "idrac",
    "drac",
    "ilo",
    "imm",
    "xcc",
    "bmc",
    "cimc",
    "vkvm",
    "kvm",
    "ami",
    "aten",
    "avocent",
    "pepperc",
    "peppercon",
];

/// The kinds of media that are lent, as their names have them. A `Virtual Disk`, `Drive` or `Volume` is none of them: the volume of a
/// RAID controller and the disk of a virtual machine are called so, and data is stored there.
const MEDIA: &[&str] = &[
    "cd", "cdrom", "dvd", "dvdrom", "bd", "disc", "floppy", "fdd", "fd", "hdisk", "iso", "media", "medium", "optical",
    "usb",
];

/// Cisco's and others' short forms of a virtual medium.
const SHORT_FORMS: &[&str] = &["vcd", "vdvd", "vfdd", "vfd", "vhdd", "vmedia", "vusb"];

/// Words for what is lent and not fitted.
const LENT: &[&str] = &["virtual", "mapped", "remote", "redirected"];

/// Controllers that give a medium no other name than their own, and words that may stand beside it.
const NAMELESS: &[&str] = &["ilo", "idrac", "drac", "xcc", "cimc"];
const MAKERS: &[&str] = &["hp", "hpe", "dell", "lenovo", "cisco"];

/// Whether the name of a drive is that of a virtual medium of a management controller: `iDRAC Virtual CD`,
/// `AMI Virtual CDROM0`, `Virtual Floppy`, `CIMC-Mapped vDVD`; or of another computer that is attached as one (`Linux File-CD
/// Gadget`).
#[must_use]
pub fn is_virtual_medium(name: &str) -> bool {
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let is_only_a_controller =
        has(NAMELESS) && words.iter().all(|word| NAMELESS.contains(&word.as_str()) || MAKERS.contains(&word.as_str()));
    has(SHORT_FORMS)
        || has(&["gadget"])
        || is_only_a_controller
        || words.windows(2).any(|pair| pair == ["composite", "device"])
        || (has(LENT) && (has(MEDIA) || has(CONTROLLERS)))
        || words.first().is_some_and(|word| word == "idrac")
}

/// The words in lower case; a digit belongs to none (`CDROM0`, `Floppy1`).
fn words(name: &str) -> Vec<String> {
    let words = name.split(|character: char| !character.is_alphabetic());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_media_of_controllers_from_drives() {
        for name in [
            "iDRAC Virtual CD",
            "iDRAC  Virtual Floppy",
            "iDRAC LCDRIVE",
            "iDRAC MAS022",
            "AMI Virtual CDROM0",
            "AMI Virtual Floppy0",
            "AMI Virtual HDISK0",
            "Virtual Floppy",
            "Virtual CDROM",
            "VIRTUAL DVD-ROM",
            "HP iLO Virtual USB Key",
            "Lenovo Virtual Media",
            "IBM Virtual Media",
            "CIMC-Mapped vDVD",
            "vKVM-Mapped vHDD",
            "ATEN Virtual CDROM YS0J",
            "PepperC Virtual Disc 1",
            "Avocent Virtual_Media",
            "HUAWEI Virtual DVD-ROM VM 1.1.0",
            "Linux File-CD Gadget",
            "Linux File-Stor Gadget",
            "IBM Composite Device-0",
            "Lenovo Composite Device-0",
            "SUN Remote ISO CDROM",
            "Remote ISO",
            "Remote Floppy",
            "iLO",
            "HP iLO 4",
        ] {
            assert!(is_virtual_medium(name), "{name}");
        }
        for name in [
            "",
            "HL-DT-ST DVDRAM GU90N",
            "DELL Virtual Disk",
            "PERC H730 Virtual Drive",
            "Msft Virtual Disk",
            "VMware Virtual SATA Hard Drive",
            "Virtual HDD [0]",
            "Samsung SSD 860",
            "ST500DM002-1BD142",
            "SanDisk Ultra USB 3.0",
            "TS-L633C",
            "AMI",
            "ILO 5 SD card",
            "Inspector Gadgetron",
            "Remote",
            "USB Composite",
        ] {
            assert!(!is_virtual_medium(name), "{name}");
        }
    }
}
