// Generated from proto/criu/rpc.proto by .ci/proto.mjs: npm run generate.
import * as $protobuf from "protobufjs/minimal.js";

export interface Icriu_page_server_info extends criu_page_server_info.$Properties {
}

export class criu_page_server_info {

    constructor(properties?: criu_page_server_info.$Properties);

    $unknowns?: Uint8Array[];

    address: string;

    port: number;

    pid: number;

    fd: number;

    static encode(message: criu_page_server_info.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): criu_page_server_info & criu_page_server_info.$Shape;
}

export namespace criu_page_server_info {

    interface $Properties {

        address?: (string|null);

        port?: (number|null);

        pid?: (number|null);

        fd?: (number|null);

        $unknowns?: Uint8Array[];
    }

    type $Shape = criu_page_server_info.$Properties;
}

export interface Icriu_veth_pair extends criu_veth_pair.$Properties {
}

export class criu_veth_pair {

    constructor(properties?: criu_veth_pair.$Properties);

    $unknowns?: Uint8Array[];

    ifIn: string;

    ifOut: string;

    static encode(message: criu_veth_pair.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): criu_veth_pair & criu_veth_pair.$Shape;
}

export namespace criu_veth_pair {

    interface $Properties {

        ifIn: string;

        ifOut: string;

        $unknowns?: Uint8Array[];
    }

    type $Shape = criu_veth_pair.$Properties;
}

export interface Iext_mount_map extends ext_mount_map.$Properties {
}

export class ext_mount_map {

    constructor(properties?: ext_mount_map.$Properties);

    $unknowns?: Uint8Array[];

    key: string;

    val: string;

    static encode(message: ext_mount_map.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ext_mount_map & ext_mount_map.$Shape;
}

export namespace ext_mount_map {

    interface $Properties {

        key: string;

        val: string;

        $unknowns?: Uint8Array[];
    }

    type $Shape = ext_mount_map.$Properties;
}

export interface Ijoin_namespace extends join_namespace.$Properties {
}

export class join_namespace {

    constructor(properties?: join_namespace.$Properties);

    $unknowns?: Uint8Array[];

    ns: string;

    nsFile: string;

    extraOpt: string;

    static encode(message: join_namespace.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): join_namespace & join_namespace.$Shape;
}

export namespace join_namespace {

    interface $Properties {

        ns: string;

        nsFile: string;

        extraOpt?: (string|null);

        $unknowns?: Uint8Array[];
    }

    type $Shape = join_namespace.$Properties;
}

export interface Iinherit_fd extends inherit_fd.$Properties {
}

export class inherit_fd {

    constructor(properties?: inherit_fd.$Properties);

    $unknowns?: Uint8Array[];

    key: string;

    fd: number;

    static encode(message: inherit_fd.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): inherit_fd & inherit_fd.$Shape;
}

export namespace inherit_fd {

    interface $Properties {

        key: string;

        fd: number;

        $unknowns?: Uint8Array[];
    }

    type $Shape = inherit_fd.$Properties;
}

export interface Icgroup_root extends cgroup_root.$Properties {
}

export class cgroup_root {

    constructor(properties?: cgroup_root.$Properties);

    $unknowns?: Uint8Array[];

    ctrl: string;

    path: string;

    static encode(message: cgroup_root.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cgroup_root & cgroup_root.$Shape;
}

export namespace cgroup_root {

    interface $Properties {

        ctrl?: (string|null);

        path: string;

        $unknowns?: Uint8Array[];
    }

    type $Shape = cgroup_root.$Properties;
}

export interface Iunix_sk extends unix_sk.$Properties {
}

export class unix_sk {

    constructor(properties?: unix_sk.$Properties);

    $unknowns?: Uint8Array[];

    inode: number;

    static encode(message: unix_sk.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): unix_sk & unix_sk.$Shape;
}

export namespace unix_sk {

    interface $Properties {

        inode: number;

        $unknowns?: Uint8Array[];
    }

    type $Shape = unix_sk.$Properties;
}

export enum criu_cg_mode {

    IGNORE = 0,

    CG_NONE = 1,

    PROPS = 2,

    SOFT = 3,

    FULL = 4,

    STRICT = 5,

    DEFAULT = 6
}

export enum criu_network_lock_method {

    IPTABLES = 1,

    NFTABLES = 2,

    SKIP = 3
}

export enum criu_pre_dump_mode {

    SPLICE = 1,

    VM_READ = 2
}

export interface Icriu_opts extends criu_opts.$Properties {
}

export class criu_opts {

    constructor(properties?: criu_opts.$Properties);

    $unknowns?: Uint8Array[];

    imagesDirFd: number;

    imagesDir: string;

    pid: number;

    leaveRunning: boolean;

    extUnixSk: boolean;

    tcpEstablished: boolean;

    evasiveDevices: boolean;

    shellJob: boolean;

    fileLocks: boolean;

    logLevel: number;

    logFile: string;

    ps?: (criu_page_server_info.$Properties|null);

    notifyScripts: boolean;

    root: string;

    parentImg: string;

    trackMem: boolean;

    autoDedup: boolean;

    workDirFd: number;

    linkRemap: boolean;

    veths: criu_veth_pair.$Properties[];

    cpuCap: number;

    forceIrmap: boolean;

    execCmd: string[];

    extMnt: ext_mount_map.$Properties[];

    manageCgroups: boolean;

    cgRoot: cgroup_root.$Properties[];

    rstSibling: boolean;

    inheritFd: inherit_fd.$Properties[];

    autoExtMnt: boolean;

    extSharing: boolean;

    extMasters: boolean;

    skipMnt: string[];

    enableFs: string[];

    unixSkIno: unix_sk.$Properties[];

    manageCgroupsMode: criu_cg_mode;

    ghostLimit: number;

    irmapScanPaths: string[];

    external: string[];

    emptyNs: number;

    joinNs: join_namespace.$Properties[];

    cgroupProps: string;

    cgroupPropsFile: string;

    cgroupDumpController: string[];

    freezeCgroup: string;

    timeout: number;

    tcpSkipInFlight: boolean;

    weakSysctls: boolean;

    lazyPages: boolean;

    statusFd: number;

    orphanPtsMaster: boolean;

    configFile: string;

    tcpClose: boolean;

    lsmProfile: string;

    tlsCacert: string;

    tlsCacrl: string;

    tlsCert: string;

    tlsKey: string;

    tls: boolean;

    tlsNoCnVerify: boolean;

    cgroupYard: string;

    preDumpMode: criu_pre_dump_mode;

    pidfdStoreSk: number;

    lsmMountContext: string;

    networkLock: criu_network_lock_method;

    mntnsCompatMode: boolean;

    skipFileRwxCheck: boolean;

    unprivileged: boolean;

    leaveStopped: boolean;

    displayStats: boolean;

    logToStderr: boolean;

    static encode(message: criu_opts.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): criu_opts & criu_opts.$Shape;
}

export namespace criu_opts {

    interface $Properties {

        imagesDirFd: number;

        imagesDir?: (string|null);

        pid?: (number|null);

        leaveRunning?: (boolean|null);

        extUnixSk?: (boolean|null);

        tcpEstablished?: (boolean|null);

        evasiveDevices?: (boolean|null);

        shellJob?: (boolean|null);

        fileLocks?: (boolean|null);

        logLevel?: (number|null);

        logFile?: (string|null);

        ps?: (criu_page_server_info.$Properties|null);

        notifyScripts?: (boolean|null);

        root?: (string|null);

        parentImg?: (string|null);

        trackMem?: (boolean|null);

        autoDedup?: (boolean|null);

        workDirFd?: (number|null);

        linkRemap?: (boolean|null);

        veths?: (criu_veth_pair.$Properties[]|null);

        cpuCap?: (number|null);

        forceIrmap?: (boolean|null);

        execCmd?: (string[]|null);

        extMnt?: (ext_mount_map.$Properties[]|null);

        manageCgroups?: (boolean|null);

        cgRoot?: (cgroup_root.$Properties[]|null);

        rstSibling?: (boolean|null);

        inheritFd?: (inherit_fd.$Properties[]|null);

        autoExtMnt?: (boolean|null);

        extSharing?: (boolean|null);

        extMasters?: (boolean|null);

        skipMnt?: (string[]|null);

        enableFs?: (string[]|null);

        unixSkIno?: (unix_sk.$Properties[]|null);

        manageCgroupsMode?: (criu_cg_mode|null);

        ghostLimit?: (number|null);

        irmapScanPaths?: (string[]|null);

        external?: (string[]|null);

        emptyNs?: (number|null);

        joinNs?: (join_namespace.$Properties[]|null);

        cgroupProps?: (string|null);

        cgroupPropsFile?: (string|null);

        cgroupDumpController?: (string[]|null);

        freezeCgroup?: (string|null);

        timeout?: (number|null);

        tcpSkipInFlight?: (boolean|null);

        weakSysctls?: (boolean|null);

        lazyPages?: (boolean|null);

        statusFd?: (number|null);

        orphanPtsMaster?: (boolean|null);

        configFile?: (string|null);

        tcpClose?: (boolean|null);

        lsmProfile?: (string|null);

        tlsCacert?: (string|null);

        tlsCacrl?: (string|null);

        tlsCert?: (string|null);

        tlsKey?: (string|null);

        tls?: (boolean|null);

        tlsNoCnVerify?: (boolean|null);

        cgroupYard?: (string|null);

        preDumpMode?: (criu_pre_dump_mode|null);

        pidfdStoreSk?: (number|null);

        lsmMountContext?: (string|null);

        networkLock?: (criu_network_lock_method|null);

        mntnsCompatMode?: (boolean|null);

        skipFileRwxCheck?: (boolean|null);

        unprivileged?: (boolean|null);

        leaveStopped?: (boolean|null);

        displayStats?: (boolean|null);

        logToStderr?: (boolean|null);

        $unknowns?: Uint8Array[];
    }

    type $Shape = criu_opts.$Properties;
}

export interface Icriu_dump_resp extends criu_dump_resp.$Properties {
}

export class criu_dump_resp {

    constructor(properties?: criu_dump_resp.$Properties);

    $unknowns?: Uint8Array[];

    restored: boolean;

    static encode(message: criu_dump_resp.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): criu_dump_resp & criu_dump_resp.$Shape;
}

export namespace criu_dump_resp {

    interface $Properties {

        restored?: (boolean|null);

        $unknowns?: Uint8Array[];
    }

    type $Shape = criu_dump_resp.$Properties;
}

export interface Icriu_restore_resp extends criu_restore_resp.$Properties {
}

export class criu_restore_resp {

    constructor(properties?: criu_restore_resp.$Properties);

    $unknowns?: Uint8Array[];

    pid: number;

    static encode(message: criu_restore_resp.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): criu_restore_resp & criu_restore_resp.$Shape;
}

export namespace criu_restore_resp {

    interface $Properties {

        pid: number;

        $unknowns?: Uint8Array[];
    }

    type $Shape = criu_restore_resp.$Properties;
}

export interface Icriu_notify extends criu_notify.$Properties {
}

export class criu_notify {

    constructor(properties?: criu_notify.$Properties);

    $unknowns?: Uint8Array[];

    script: string;

    pid: number;

    static encode(message: criu_notify.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): criu_notify & criu_notify.$Shape;
}

export namespace criu_notify {

    interface $Properties {

        script?: (string|null);

        pid?: (number|null);

        $unknowns?: Uint8Array[];
    }

    type $Shape = criu_notify.$Properties;
}

export enum criu_req_type {

    EMPTY = 0,

    DUMP = 1,

    RESTORE = 2,

    CHECK = 3,

    PRE_DUMP = 4,

    PAGE_SERVER = 5,

    NOTIFY = 6,

    CPUINFO_DUMP = 7,

    CPUINFO_CHECK = 8,

    FEATURE_CHECK = 9,

    VERSION = 10,

    WAIT_PID = 11,

    PAGE_SERVER_CHLD = 12,

    SINGLE_PRE_DUMP = 13
}

export interface Icriu_features extends criu_features.$Properties {
}

export class criu_features {

    constructor(properties?: criu_features.$Properties);

    $unknowns?: Uint8Array[];

    memTrack: boolean;

    lazyPages: boolean;

    pidfdStore: boolean;

    static encode(message: criu_features.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): criu_features & criu_features.$Shape;
}

export namespace criu_features {

    interface $Properties {

        memTrack?: (boolean|null);

        lazyPages?: (boolean|null);

        pidfdStore?: (boolean|null);

        $unknowns?: Uint8Array[];
    }

    type $Shape = criu_features.$Properties;
}

export interface Icriu_req extends criu_req.$Properties {
}

export class criu_req {

    constructor(properties?: criu_req.$Properties);

    $unknowns?: Uint8Array[];

    type: criu_req_type;

    opts?: (criu_opts.$Properties|null);

    notifySuccess: boolean;

    keepOpen: boolean;

    features?: (criu_features.$Properties|null);

    pid: number;

    static encode(message: criu_req.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): criu_req & criu_req.$Shape;
}

export namespace criu_req {

    interface $Properties {

        type: criu_req_type;

        opts?: (criu_opts.$Properties|null);

        notifySuccess?: (boolean|null);

        keepOpen?: (boolean|null);

        features?: (criu_features.$Properties|null);

        pid?: (number|null);

        $unknowns?: Uint8Array[];
    }

    type $Shape = criu_req.$Properties;
}

export interface Icriu_resp extends criu_resp.$Properties {
}

export class criu_resp {

    constructor(properties?: criu_resp.$Properties);

    $unknowns?: Uint8Array[];

    type: criu_req_type;

    success: boolean;

    dump?: (criu_dump_resp.$Properties|null);

    restore?: (criu_restore_resp.$Properties|null);

    notify?: (criu_notify.$Properties|null);

    ps?: (criu_page_server_info.$Properties|null);

    crErrno: number;

    features?: (criu_features.$Properties|null);

    crErrmsg: string;

    version?: (criu_version.$Properties|null);

    status: number;

    static encode(message: criu_resp.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): criu_resp & criu_resp.$Shape;
}

export namespace criu_resp {

    interface $Properties {

        type: criu_req_type;

        success: boolean;

        dump?: (criu_dump_resp.$Properties|null);

        restore?: (criu_restore_resp.$Properties|null);

        notify?: (criu_notify.$Properties|null);

        ps?: (criu_page_server_info.$Properties|null);

        crErrno?: (number|null);

        features?: (criu_features.$Properties|null);

        crErrmsg?: (string|null);

        version?: (criu_version.$Properties|null);

        status?: (number|null);

        $unknowns?: Uint8Array[];
    }

    type $Shape = criu_resp.$Properties;
}

export interface Icriu_version extends criu_version.$Properties {
}

export class criu_version {

    constructor(properties?: criu_version.$Properties);

    $unknowns?: Uint8Array[];

    majorNumber: number;

    minorNumber: number;

    gitid: string;

    sublevel: number;

    extra: number;

    name: string;

    static encode(message: criu_version.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): criu_version & criu_version.$Shape;
}

export namespace criu_version {

    interface $Properties {

        majorNumber: number;

        minorNumber: number;

        gitid?: (string|null);

        sublevel?: (number|null);

        extra?: (number|null);

        name?: (string|null);

        $unknowns?: Uint8Array[];
    }

    type $Shape = criu_version.$Properties;
}
