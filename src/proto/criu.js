// Generated from proto/criu/rpc.proto by .ci/proto.mjs: npm run generate.
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["criu"] || ($protobuf.roots["criu"] = {});

export const criu_page_server_info = $root.criu_page_server_info = (() => {

    const criu_page_server_info = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    criu_page_server_info.prototype.address = "";

    criu_page_server_info.prototype.port = 0;

    criu_page_server_info.prototype.pid = 0;

    criu_page_server_info.prototype.fd = 0;

    criu_page_server_info.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.address != null && $Object.hasOwnProperty.call(message, "address"))
            writer.uint32(/* id 1, wireType 2 =*/10).string(message.address);
        if (message.port != null && $Object.hasOwnProperty.call(message, "port"))
            writer.uint32(/* id 2, wireType 0 =*/16).int32(message.port);
        if (message.pid != null && $Object.hasOwnProperty.call(message, "pid"))
            writer.uint32(/* id 3, wireType 0 =*/24).int32(message.pid);
        if (message.fd != null && $Object.hasOwnProperty.call(message, "fd"))
            writer.uint32(/* id 4, wireType 0 =*/32).int32(message.fd);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    criu_page_server_info.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.criu_page_server_info();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.address = reader.string();
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    message.port = reader.int32();
                    continue;
                }
            case 3: {
                    if (wireType !== 0)
                        break;
                    message.pid = reader.int32();
                    continue;
                }
            case 4: {
                    if (wireType !== 0)
                        break;
                    message.fd = reader.int32();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return criu_page_server_info;
})();

export const criu_veth_pair = $root.criu_veth_pair = (() => {

    const criu_veth_pair = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    criu_veth_pair.prototype.ifIn = "";

    criu_veth_pair.prototype.ifOut = "";

    criu_veth_pair.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        writer.uint32(/* id 1, wireType 2 =*/10).string(message.ifIn);
        writer.uint32(/* id 2, wireType 2 =*/18).string(message.ifOut);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    criu_veth_pair.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.criu_veth_pair();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.ifIn = reader.string();
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    message.ifOut = reader.string();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        if (!$Object.hasOwnProperty.call(message, "ifIn"))
            throw $util.ProtocolError("missing required 'ifIn'", { instance: message });
        if (!$Object.hasOwnProperty.call(message, "ifOut"))
            throw $util.ProtocolError("missing required 'ifOut'", { instance: message });
        return message;
    };

    return criu_veth_pair;
})();

export const ext_mount_map = $root.ext_mount_map = (() => {

    const ext_mount_map = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    ext_mount_map.prototype.key = "";

    ext_mount_map.prototype.val = "";

    ext_mount_map.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        writer.uint32(/* id 1, wireType 2 =*/10).string(message.key);
        writer.uint32(/* id 2, wireType 2 =*/18).string(message.val);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    ext_mount_map.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.ext_mount_map();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.key = reader.string();
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    message.val = reader.string();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        if (!$Object.hasOwnProperty.call(message, "key"))
            throw $util.ProtocolError("missing required 'key'", { instance: message });
        if (!$Object.hasOwnProperty.call(message, "val"))
            throw $util.ProtocolError("missing required 'val'", { instance: message });
        return message;
    };

    return ext_mount_map;
})();

export const join_namespace = $root.join_namespace = (() => {

    const join_namespace = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    join_namespace.prototype.ns = "";

    join_namespace.prototype.nsFile = "";

    join_namespace.prototype.extraOpt = "";

    join_namespace.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        writer.uint32(/* id 1, wireType 2 =*/10).string(message.ns);
        writer.uint32(/* id 2, wireType 2 =*/18).string(message.nsFile);
        if (message.extraOpt != null && $Object.hasOwnProperty.call(message, "extraOpt"))
            writer.uint32(/* id 3, wireType 2 =*/26).string(message.extraOpt);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    join_namespace.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.join_namespace();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.ns = reader.string();
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    message.nsFile = reader.string();
                    continue;
                }
            case 3: {
                    if (wireType !== 2)
                        break;
                    message.extraOpt = reader.string();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        if (!$Object.hasOwnProperty.call(message, "ns"))
            throw $util.ProtocolError("missing required 'ns'", { instance: message });
        if (!$Object.hasOwnProperty.call(message, "nsFile"))
            throw $util.ProtocolError("missing required 'nsFile'", { instance: message });
        return message;
    };

    return join_namespace;
})();

export const inherit_fd = $root.inherit_fd = (() => {

    const inherit_fd = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    inherit_fd.prototype.key = "";

    inherit_fd.prototype.fd = 0;

    inherit_fd.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        writer.uint32(/* id 1, wireType 2 =*/10).string(message.key);
        writer.uint32(/* id 2, wireType 0 =*/16).int32(message.fd);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    inherit_fd.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.inherit_fd();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.key = reader.string();
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    message.fd = reader.int32();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        if (!$Object.hasOwnProperty.call(message, "key"))
            throw $util.ProtocolError("missing required 'key'", { instance: message });
        if (!$Object.hasOwnProperty.call(message, "fd"))
            throw $util.ProtocolError("missing required 'fd'", { instance: message });
        return message;
    };

    return inherit_fd;
})();

export const cgroup_root = $root.cgroup_root = (() => {

    const cgroup_root = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    cgroup_root.prototype.ctrl = "";

    cgroup_root.prototype.path = "";

    cgroup_root.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.ctrl != null && $Object.hasOwnProperty.call(message, "ctrl"))
            writer.uint32(/* id 1, wireType 2 =*/10).string(message.ctrl);
        writer.uint32(/* id 2, wireType 2 =*/18).string(message.path);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    cgroup_root.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.cgroup_root();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.ctrl = reader.string();
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    message.path = reader.string();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        if (!$Object.hasOwnProperty.call(message, "path"))
            throw $util.ProtocolError("missing required 'path'", { instance: message });
        return message;
    };

    return cgroup_root;
})();

export const unix_sk = $root.unix_sk = (() => {

    const unix_sk = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    unix_sk.prototype.inode = 0;

    unix_sk.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.inode);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    unix_sk.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.unix_sk();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    message.inode = reader.uint32();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        if (!$Object.hasOwnProperty.call(message, "inode"))
            throw $util.ProtocolError("missing required 'inode'", { instance: message });
        return message;
    };

    return unix_sk;
})();

export const criu_cg_mode = $root.criu_cg_mode = (() => {
    const valuesById = $Object.create(null), values = $Object.create(valuesById);
    values[valuesById[0] = "IGNORE"] = 0;
    values[valuesById[1] = "CG_NONE"] = 1;
    values[valuesById[2] = "PROPS"] = 2;
    values[valuesById[3] = "SOFT"] = 3;
    values[valuesById[4] = "FULL"] = 4;
    values[valuesById[5] = "STRICT"] = 5;
    values[valuesById[6] = "DEFAULT"] = 6;
    return values;
})();

export const criu_network_lock_method = $root.criu_network_lock_method = (() => {
    const valuesById = $Object.create(null), values = $Object.create(valuesById);
    values[valuesById[1] = "IPTABLES"] = 1;
    values[valuesById[2] = "NFTABLES"] = 2;
    values[valuesById[3] = "SKIP"] = 3;
    return values;
})();

export const criu_pre_dump_mode = $root.criu_pre_dump_mode = (() => {
    const valuesById = $Object.create(null), values = $Object.create(valuesById);
    values[valuesById[1] = "SPLICE"] = 1;
    values[valuesById[2] = "VM_READ"] = 2;
    return values;
})();

export const criu_opts = $root.criu_opts = (() => {

    const criu_opts = function (properties) {
        this.veths = [];
        this.execCmd = [];
        this.extMnt = [];
        this.cgRoot = [];
        this.inheritFd = [];
        this.skipMnt = [];
        this.enableFs = [];
        this.unixSkIno = [];
        this.irmapScanPaths = [];
        this.external = [];
        this.joinNs = [];
        this.cgroupDumpController = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    criu_opts.prototype.imagesDirFd = -1;

    criu_opts.prototype.imagesDir = "";

    criu_opts.prototype.pid = 0;

    criu_opts.prototype.leaveRunning = false;

    criu_opts.prototype.extUnixSk = false;

    criu_opts.prototype.tcpEstablished = false;

    criu_opts.prototype.evasiveDevices = false;

    criu_opts.prototype.shellJob = false;

    criu_opts.prototype.fileLocks = false;

    criu_opts.prototype.logLevel = 2;

    criu_opts.prototype.logFile = "";

    criu_opts.prototype.ps = null;

    criu_opts.prototype.notifyScripts = false;

    criu_opts.prototype.root = "";

    criu_opts.prototype.parentImg = "";

    criu_opts.prototype.trackMem = false;

    criu_opts.prototype.autoDedup = false;

    criu_opts.prototype.workDirFd = 0;

    criu_opts.prototype.linkRemap = false;

    criu_opts.prototype.veths = $util.emptyArray;

    criu_opts.prototype.cpuCap = 4294967295;

    criu_opts.prototype.forceIrmap = false;

    criu_opts.prototype.execCmd = $util.emptyArray;

    criu_opts.prototype.extMnt = $util.emptyArray;

    criu_opts.prototype.manageCgroups = false;

    criu_opts.prototype.cgRoot = $util.emptyArray;

    criu_opts.prototype.rstSibling = false;

    criu_opts.prototype.inheritFd = $util.emptyArray;

    criu_opts.prototype.autoExtMnt = false;

    criu_opts.prototype.extSharing = false;

    criu_opts.prototype.extMasters = false;

    criu_opts.prototype.skipMnt = $util.emptyArray;

    criu_opts.prototype.enableFs = $util.emptyArray;

    criu_opts.prototype.unixSkIno = $util.emptyArray;

    criu_opts.prototype.manageCgroupsMode = 0;

    criu_opts.prototype.ghostLimit = 1048576;

    criu_opts.prototype.irmapScanPaths = $util.emptyArray;

    criu_opts.prototype.external = $util.emptyArray;

    criu_opts.prototype.emptyNs = 0;

    criu_opts.prototype.joinNs = $util.emptyArray;

    criu_opts.prototype.cgroupProps = "";

    criu_opts.prototype.cgroupPropsFile = "";

    criu_opts.prototype.cgroupDumpController = $util.emptyArray;

    criu_opts.prototype.freezeCgroup = "";

    criu_opts.prototype.timeout = 0;

    criu_opts.prototype.tcpSkipInFlight = false;

    criu_opts.prototype.weakSysctls = false;

    criu_opts.prototype.lazyPages = false;

    criu_opts.prototype.statusFd = 0;

    criu_opts.prototype.orphanPtsMaster = false;

    criu_opts.prototype.configFile = "";

    criu_opts.prototype.tcpClose = false;

    criu_opts.prototype.lsmProfile = "";

    criu_opts.prototype.tlsCacert = "";

    criu_opts.prototype.tlsCacrl = "";

    criu_opts.prototype.tlsCert = "";

    criu_opts.prototype.tlsKey = "";

    criu_opts.prototype.tls = false;

    criu_opts.prototype.tlsNoCnVerify = false;

    criu_opts.prototype.cgroupYard = "";

    criu_opts.prototype.preDumpMode = 1;

    criu_opts.prototype.pidfdStoreSk = 0;

    criu_opts.prototype.lsmMountContext = "";

    criu_opts.prototype.networkLock = 1;

    criu_opts.prototype.mntnsCompatMode = false;

    criu_opts.prototype.skipFileRwxCheck = false;

    criu_opts.prototype.unprivileged = false;

    criu_opts.prototype.leaveStopped = false;

    criu_opts.prototype.displayStats = false;

    criu_opts.prototype.logToStderr = false;

    criu_opts.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        writer.uint32(/* id 1, wireType 0 =*/8).int32(message.imagesDirFd);
        if (message.pid != null && $Object.hasOwnProperty.call(message, "pid"))
            writer.uint32(/* id 2, wireType 0 =*/16).int32(message.pid);
        if (message.leaveRunning != null && $Object.hasOwnProperty.call(message, "leaveRunning"))
            writer.uint32(/* id 3, wireType 0 =*/24).bool(message.leaveRunning);
        if (message.extUnixSk != null && $Object.hasOwnProperty.call(message, "extUnixSk"))
            writer.uint32(/* id 4, wireType 0 =*/32).bool(message.extUnixSk);
        if (message.tcpEstablished != null && $Object.hasOwnProperty.call(message, "tcpEstablished"))
            writer.uint32(/* id 5, wireType 0 =*/40).bool(message.tcpEstablished);
        if (message.evasiveDevices != null && $Object.hasOwnProperty.call(message, "evasiveDevices"))
            writer.uint32(/* id 6, wireType 0 =*/48).bool(message.evasiveDevices);
        if (message.shellJob != null && $Object.hasOwnProperty.call(message, "shellJob"))
            writer.uint32(/* id 7, wireType 0 =*/56).bool(message.shellJob);
        if (message.fileLocks != null && $Object.hasOwnProperty.call(message, "fileLocks"))
            writer.uint32(/* id 8, wireType 0 =*/64).bool(message.fileLocks);
        if (message.logLevel != null && $Object.hasOwnProperty.call(message, "logLevel"))
            writer.uint32(/* id 9, wireType 0 =*/72).int32(message.logLevel);
        if (message.logFile != null && $Object.hasOwnProperty.call(message, "logFile"))
            writer.uint32(/* id 10, wireType 2 =*/82).string(message.logFile);
        if (message.ps != null && $Object.hasOwnProperty.call(message, "ps"))
            $root.criu_page_server_info.encode(message.ps, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
        if (message.notifyScripts != null && $Object.hasOwnProperty.call(message, "notifyScripts"))
            writer.uint32(/* id 12, wireType 0 =*/96).bool(message.notifyScripts);
        if (message.root != null && $Object.hasOwnProperty.call(message, "root"))
            writer.uint32(/* id 13, wireType 2 =*/106).string(message.root);
        if (message.parentImg != null && $Object.hasOwnProperty.call(message, "parentImg"))
            writer.uint32(/* id 14, wireType 2 =*/114).string(message.parentImg);
        if (message.trackMem != null && $Object.hasOwnProperty.call(message, "trackMem"))
            writer.uint32(/* id 15, wireType 0 =*/120).bool(message.trackMem);
        if (message.autoDedup != null && $Object.hasOwnProperty.call(message, "autoDedup"))
            writer.uint32(/* id 16, wireType 0 =*/128).bool(message.autoDedup);
        if (message.workDirFd != null && $Object.hasOwnProperty.call(message, "workDirFd"))
            writer.uint32(/* id 17, wireType 0 =*/136).int32(message.workDirFd);
        if (message.linkRemap != null && $Object.hasOwnProperty.call(message, "linkRemap"))
            writer.uint32(/* id 18, wireType 0 =*/144).bool(message.linkRemap);
        if (message.veths != null && message.veths.length)
            for (let i = 0; i < message.veths.length; ++i)
                $root.criu_veth_pair.encode(message.veths[i], writer.uint32(/* id 19, wireType 2 =*/154).fork(), _depth + 1).ldelim();
        if (message.cpuCap != null && $Object.hasOwnProperty.call(message, "cpuCap"))
            writer.uint32(/* id 20, wireType 0 =*/160).uint32(message.cpuCap);
        if (message.forceIrmap != null && $Object.hasOwnProperty.call(message, "forceIrmap"))
            writer.uint32(/* id 21, wireType 0 =*/168).bool(message.forceIrmap);
        if (message.execCmd != null && message.execCmd.length)
            for (let i = 0; i < message.execCmd.length; ++i)
                writer.uint32(/* id 22, wireType 2 =*/178).string(message.execCmd[i]);
        if (message.extMnt != null && message.extMnt.length)
            for (let i = 0; i < message.extMnt.length; ++i)
                $root.ext_mount_map.encode(message.extMnt[i], writer.uint32(/* id 23, wireType 2 =*/186).fork(), _depth + 1).ldelim();
        if (message.manageCgroups != null && $Object.hasOwnProperty.call(message, "manageCgroups"))
            writer.uint32(/* id 24, wireType 0 =*/192).bool(message.manageCgroups);
        if (message.cgRoot != null && message.cgRoot.length)
            for (let i = 0; i < message.cgRoot.length; ++i)
                $root.cgroup_root.encode(message.cgRoot[i], writer.uint32(/* id 25, wireType 2 =*/202).fork(), _depth + 1).ldelim();
        if (message.rstSibling != null && $Object.hasOwnProperty.call(message, "rstSibling"))
            writer.uint32(/* id 26, wireType 0 =*/208).bool(message.rstSibling);
        if (message.inheritFd != null && message.inheritFd.length)
            for (let i = 0; i < message.inheritFd.length; ++i)
                $root.inherit_fd.encode(message.inheritFd[i], writer.uint32(/* id 27, wireType 2 =*/218).fork(), _depth + 1).ldelim();
        if (message.autoExtMnt != null && $Object.hasOwnProperty.call(message, "autoExtMnt"))
            writer.uint32(/* id 28, wireType 0 =*/224).bool(message.autoExtMnt);
        if (message.extSharing != null && $Object.hasOwnProperty.call(message, "extSharing"))
            writer.uint32(/* id 29, wireType 0 =*/232).bool(message.extSharing);
        if (message.extMasters != null && $Object.hasOwnProperty.call(message, "extMasters"))
            writer.uint32(/* id 30, wireType 0 =*/240).bool(message.extMasters);
        if (message.skipMnt != null && message.skipMnt.length)
            for (let i = 0; i < message.skipMnt.length; ++i)
                writer.uint32(/* id 31, wireType 2 =*/250).string(message.skipMnt[i]);
        if (message.enableFs != null && message.enableFs.length)
            for (let i = 0; i < message.enableFs.length; ++i)
                writer.uint32(/* id 32, wireType 2 =*/258).string(message.enableFs[i]);
        if (message.unixSkIno != null && message.unixSkIno.length)
            for (let i = 0; i < message.unixSkIno.length; ++i)
                $root.unix_sk.encode(message.unixSkIno[i], writer.uint32(/* id 33, wireType 2 =*/266).fork(), _depth + 1).ldelim();
        if (message.manageCgroupsMode != null && $Object.hasOwnProperty.call(message, "manageCgroupsMode"))
            writer.uint32(/* id 34, wireType 0 =*/272).int32(message.manageCgroupsMode);
        if (message.ghostLimit != null && $Object.hasOwnProperty.call(message, "ghostLimit"))
            writer.uint32(/* id 35, wireType 0 =*/280).uint32(message.ghostLimit);
        if (message.irmapScanPaths != null && message.irmapScanPaths.length)
            for (let i = 0; i < message.irmapScanPaths.length; ++i)
                writer.uint32(/* id 36, wireType 2 =*/290).string(message.irmapScanPaths[i]);
        if (message.external != null && message.external.length)
            for (let i = 0; i < message.external.length; ++i)
                writer.uint32(/* id 37, wireType 2 =*/298).string(message.external[i]);
        if (message.emptyNs != null && $Object.hasOwnProperty.call(message, "emptyNs"))
            writer.uint32(/* id 38, wireType 0 =*/304).uint32(message.emptyNs);
        if (message.joinNs != null && message.joinNs.length)
            for (let i = 0; i < message.joinNs.length; ++i)
                $root.join_namespace.encode(message.joinNs[i], writer.uint32(/* id 39, wireType 2 =*/314).fork(), _depth + 1).ldelim();
        if (message.cgroupProps != null && $Object.hasOwnProperty.call(message, "cgroupProps"))
            writer.uint32(/* id 41, wireType 2 =*/330).string(message.cgroupProps);
        if (message.cgroupPropsFile != null && $Object.hasOwnProperty.call(message, "cgroupPropsFile"))
            writer.uint32(/* id 42, wireType 2 =*/338).string(message.cgroupPropsFile);
        if (message.cgroupDumpController != null && message.cgroupDumpController.length)
            for (let i = 0; i < message.cgroupDumpController.length; ++i)
                writer.uint32(/* id 43, wireType 2 =*/346).string(message.cgroupDumpController[i]);
        if (message.freezeCgroup != null && $Object.hasOwnProperty.call(message, "freezeCgroup"))
            writer.uint32(/* id 44, wireType 2 =*/354).string(message.freezeCgroup);
        if (message.timeout != null && $Object.hasOwnProperty.call(message, "timeout"))
            writer.uint32(/* id 45, wireType 0 =*/360).uint32(message.timeout);
        if (message.tcpSkipInFlight != null && $Object.hasOwnProperty.call(message, "tcpSkipInFlight"))
            writer.uint32(/* id 46, wireType 0 =*/368).bool(message.tcpSkipInFlight);
        if (message.weakSysctls != null && $Object.hasOwnProperty.call(message, "weakSysctls"))
            writer.uint32(/* id 47, wireType 0 =*/376).bool(message.weakSysctls);
        if (message.lazyPages != null && $Object.hasOwnProperty.call(message, "lazyPages"))
            writer.uint32(/* id 48, wireType 0 =*/384).bool(message.lazyPages);
        if (message.statusFd != null && $Object.hasOwnProperty.call(message, "statusFd"))
            writer.uint32(/* id 49, wireType 0 =*/392).int32(message.statusFd);
        if (message.orphanPtsMaster != null && $Object.hasOwnProperty.call(message, "orphanPtsMaster"))
            writer.uint32(/* id 50, wireType 0 =*/400).bool(message.orphanPtsMaster);
        if (message.configFile != null && $Object.hasOwnProperty.call(message, "configFile"))
            writer.uint32(/* id 51, wireType 2 =*/410).string(message.configFile);
        if (message.tcpClose != null && $Object.hasOwnProperty.call(message, "tcpClose"))
            writer.uint32(/* id 52, wireType 0 =*/416).bool(message.tcpClose);
        if (message.lsmProfile != null && $Object.hasOwnProperty.call(message, "lsmProfile"))
            writer.uint32(/* id 53, wireType 2 =*/426).string(message.lsmProfile);
        if (message.tlsCacert != null && $Object.hasOwnProperty.call(message, "tlsCacert"))
            writer.uint32(/* id 54, wireType 2 =*/434).string(message.tlsCacert);
        if (message.tlsCacrl != null && $Object.hasOwnProperty.call(message, "tlsCacrl"))
            writer.uint32(/* id 55, wireType 2 =*/442).string(message.tlsCacrl);
        if (message.tlsCert != null && $Object.hasOwnProperty.call(message, "tlsCert"))
            writer.uint32(/* id 56, wireType 2 =*/450).string(message.tlsCert);
        if (message.tlsKey != null && $Object.hasOwnProperty.call(message, "tlsKey"))
            writer.uint32(/* id 57, wireType 2 =*/458).string(message.tlsKey);
        if (message.tls != null && $Object.hasOwnProperty.call(message, "tls"))
            writer.uint32(/* id 58, wireType 0 =*/464).bool(message.tls);
        if (message.tlsNoCnVerify != null && $Object.hasOwnProperty.call(message, "tlsNoCnVerify"))
            writer.uint32(/* id 59, wireType 0 =*/472).bool(message.tlsNoCnVerify);
        if (message.cgroupYard != null && $Object.hasOwnProperty.call(message, "cgroupYard"))
            writer.uint32(/* id 60, wireType 2 =*/482).string(message.cgroupYard);
        if (message.preDumpMode != null && $Object.hasOwnProperty.call(message, "preDumpMode"))
            writer.uint32(/* id 61, wireType 0 =*/488).int32(message.preDumpMode);
        if (message.pidfdStoreSk != null && $Object.hasOwnProperty.call(message, "pidfdStoreSk"))
            writer.uint32(/* id 62, wireType 0 =*/496).int32(message.pidfdStoreSk);
        if (message.lsmMountContext != null && $Object.hasOwnProperty.call(message, "lsmMountContext"))
            writer.uint32(/* id 63, wireType 2 =*/506).string(message.lsmMountContext);
        if (message.networkLock != null && $Object.hasOwnProperty.call(message, "networkLock"))
            writer.uint32(/* id 64, wireType 0 =*/512).int32(message.networkLock);
        if (message.mntnsCompatMode != null && $Object.hasOwnProperty.call(message, "mntnsCompatMode"))
            writer.uint32(/* id 65, wireType 0 =*/520).bool(message.mntnsCompatMode);
        if (message.skipFileRwxCheck != null && $Object.hasOwnProperty.call(message, "skipFileRwxCheck"))
            writer.uint32(/* id 66, wireType 0 =*/528).bool(message.skipFileRwxCheck);
        if (message.unprivileged != null && $Object.hasOwnProperty.call(message, "unprivileged"))
            writer.uint32(/* id 67, wireType 0 =*/536).bool(message.unprivileged);
        if (message.imagesDir != null && $Object.hasOwnProperty.call(message, "imagesDir"))
            writer.uint32(/* id 68, wireType 2 =*/546).string(message.imagesDir);
        if (message.leaveStopped != null && $Object.hasOwnProperty.call(message, "leaveStopped"))
            writer.uint32(/* id 69, wireType 0 =*/552).bool(message.leaveStopped);
        if (message.displayStats != null && $Object.hasOwnProperty.call(message, "displayStats"))
            writer.uint32(/* id 70, wireType 0 =*/560).bool(message.displayStats);
        if (message.logToStderr != null && $Object.hasOwnProperty.call(message, "logToStderr"))
            writer.uint32(/* id 71, wireType 0 =*/568).bool(message.logToStderr);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    criu_opts.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.criu_opts();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    message.imagesDirFd = reader.int32();
                    continue;
                }
            case 68: {
                    if (wireType !== 2)
                        break;
                    message.imagesDir = reader.string();
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    message.pid = reader.int32();
                    continue;
                }
            case 3: {
                    if (wireType !== 0)
                        break;
                    message.leaveRunning = reader.bool();
                    continue;
                }
            case 4: {
                    if (wireType !== 0)
                        break;
                    message.extUnixSk = reader.bool();
                    continue;
                }
            case 5: {
                    if (wireType !== 0)
                        break;
                    message.tcpEstablished = reader.bool();
                    continue;
                }
            case 6: {
                    if (wireType !== 0)
                        break;
                    message.evasiveDevices = reader.bool();
                    continue;
                }
            case 7: {
                    if (wireType !== 0)
                        break;
                    message.shellJob = reader.bool();
                    continue;
                }
            case 8: {
                    if (wireType !== 0)
                        break;
                    message.fileLocks = reader.bool();
                    continue;
                }
            case 9: {
                    if (wireType !== 0)
                        break;
                    message.logLevel = reader.int32();
                    continue;
                }
            case 10: {
                    if (wireType !== 2)
                        break;
                    message.logFile = reader.string();
                    continue;
                }
            case 11: {
                    if (wireType !== 2)
                        break;
                    message.ps = $root.criu_page_server_info.decode(reader, reader.size(), $undefined, _depth + 1, message.ps);
                    continue;
                }
            case 12: {
                    if (wireType !== 0)
                        break;
                    message.notifyScripts = reader.bool();
                    continue;
                }
            case 13: {
                    if (wireType !== 2)
                        break;
                    message.root = reader.string();
                    continue;
                }
            case 14: {
                    if (wireType !== 2)
                        break;
                    message.parentImg = reader.string();
                    continue;
                }
            case 15: {
                    if (wireType !== 0)
                        break;
                    message.trackMem = reader.bool();
                    continue;
                }
            case 16: {
                    if (wireType !== 0)
                        break;
                    message.autoDedup = reader.bool();
                    continue;
                }
            case 17: {
                    if (wireType !== 0)
                        break;
                    message.workDirFd = reader.int32();
                    continue;
                }
            case 18: {
                    if (wireType !== 0)
                        break;
                    message.linkRemap = reader.bool();
                    continue;
                }
            case 19: {
                    if (wireType !== 2)
                        break;
                    if (!(message.veths && message.veths.length))
                        message.veths = [];
                    message.veths.push($root.criu_veth_pair.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 20: {
                    if (wireType !== 0)
                        break;
                    message.cpuCap = reader.uint32();
                    continue;
                }
            case 21: {
                    if (wireType !== 0)
                        break;
                    message.forceIrmap = reader.bool();
                    continue;
                }
            case 22: {
                    if (wireType !== 2)
                        break;
                    if (!(message.execCmd && message.execCmd.length))
                        message.execCmd = [];
                    message.execCmd.push(reader.string());
                    continue;
                }
            case 23: {
                    if (wireType !== 2)
                        break;
                    if (!(message.extMnt && message.extMnt.length))
                        message.extMnt = [];
                    message.extMnt.push($root.ext_mount_map.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 24: {
                    if (wireType !== 0)
                        break;
                    message.manageCgroups = reader.bool();
                    continue;
                }
            case 25: {
                    if (wireType !== 2)
                        break;
                    if (!(message.cgRoot && message.cgRoot.length))
                        message.cgRoot = [];
                    message.cgRoot.push($root.cgroup_root.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 26: {
                    if (wireType !== 0)
                        break;
                    message.rstSibling = reader.bool();
                    continue;
                }
            case 27: {
                    if (wireType !== 2)
                        break;
                    if (!(message.inheritFd && message.inheritFd.length))
                        message.inheritFd = [];
                    message.inheritFd.push($root.inherit_fd.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 28: {
                    if (wireType !== 0)
                        break;
                    message.autoExtMnt = reader.bool();
                    continue;
                }
            case 29: {
                    if (wireType !== 0)
                        break;
                    message.extSharing = reader.bool();
                    continue;
                }
            case 30: {
                    if (wireType !== 0)
                        break;
                    message.extMasters = reader.bool();
                    continue;
                }
            case 31: {
                    if (wireType !== 2)
                        break;
                    if (!(message.skipMnt && message.skipMnt.length))
                        message.skipMnt = [];
                    message.skipMnt.push(reader.string());
                    continue;
                }
            case 32: {
                    if (wireType !== 2)
                        break;
                    if (!(message.enableFs && message.enableFs.length))
                        message.enableFs = [];
                    message.enableFs.push(reader.string());
                    continue;
                }
            case 33: {
                    if (wireType !== 2)
                        break;
                    if (!(message.unixSkIno && message.unixSkIno.length))
                        message.unixSkIno = [];
                    message.unixSkIno.push($root.unix_sk.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 34: {
                    if (wireType !== 0)
                        break;
                    value = reader.int32();
                    if ($root.criu_cg_mode[value] !== $undefined)
                        message.manageCgroupsMode = value;
                    else if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                    continue;
                }
            case 35: {
                    if (wireType !== 0)
                        break;
                    message.ghostLimit = reader.uint32();
                    continue;
                }
            case 36: {
                    if (wireType !== 2)
                        break;
                    if (!(message.irmapScanPaths && message.irmapScanPaths.length))
                        message.irmapScanPaths = [];
                    message.irmapScanPaths.push(reader.string());
                    continue;
                }
            case 37: {
                    if (wireType !== 2)
                        break;
                    if (!(message.external && message.external.length))
                        message.external = [];
                    message.external.push(reader.string());
                    continue;
                }
            case 38: {
                    if (wireType !== 0)
                        break;
                    message.emptyNs = reader.uint32();
                    continue;
                }
            case 39: {
                    if (wireType !== 2)
                        break;
                    if (!(message.joinNs && message.joinNs.length))
                        message.joinNs = [];
                    message.joinNs.push($root.join_namespace.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 41: {
                    if (wireType !== 2)
                        break;
                    message.cgroupProps = reader.string();
                    continue;
                }
            case 42: {
                    if (wireType !== 2)
                        break;
                    message.cgroupPropsFile = reader.string();
                    continue;
                }
            case 43: {
                    if (wireType !== 2)
                        break;
                    if (!(message.cgroupDumpController && message.cgroupDumpController.length))
                        message.cgroupDumpController = [];
                    message.cgroupDumpController.push(reader.string());
                    continue;
                }
            case 44: {
                    if (wireType !== 2)
                        break;
                    message.freezeCgroup = reader.string();
                    continue;
                }
            case 45: {
                    if (wireType !== 0)
                        break;
                    message.timeout = reader.uint32();
                    continue;
                }
            case 46: {
                    if (wireType !== 0)
                        break;
                    message.tcpSkipInFlight = reader.bool();
                    continue;
                }
            case 47: {
                    if (wireType !== 0)
                        break;
                    message.weakSysctls = reader.bool();
                    continue;
                }
            case 48: {
                    if (wireType !== 0)
                        break;
                    message.lazyPages = reader.bool();
                    continue;
                }
            case 49: {
                    if (wireType !== 0)
                        break;
                    message.statusFd = reader.int32();
                    continue;
                }
            case 50: {
                    if (wireType !== 0)
                        break;
                    message.orphanPtsMaster = reader.bool();
                    continue;
                }
            case 51: {
                    if (wireType !== 2)
                        break;
                    message.configFile = reader.string();
                    continue;
                }
            case 52: {
                    if (wireType !== 0)
                        break;
                    message.tcpClose = reader.bool();
                    continue;
                }
            case 53: {
                    if (wireType !== 2)
                        break;
                    message.lsmProfile = reader.string();
                    continue;
                }
            case 54: {
                    if (wireType !== 2)
                        break;
                    message.tlsCacert = reader.string();
                    continue;
                }
            case 55: {
                    if (wireType !== 2)
                        break;
                    message.tlsCacrl = reader.string();
                    continue;
                }
            case 56: {
                    if (wireType !== 2)
                        break;
                    message.tlsCert = reader.string();
                    continue;
                }
            case 57: {
                    if (wireType !== 2)
                        break;
                    message.tlsKey = reader.string();
                    continue;
                }
            case 58: {
                    if (wireType !== 0)
                        break;
                    message.tls = reader.bool();
                    continue;
                }
            case 59: {
                    if (wireType !== 0)
                        break;
                    message.tlsNoCnVerify = reader.bool();
                    continue;
                }
            case 60: {
                    if (wireType !== 2)
                        break;
                    message.cgroupYard = reader.string();
                    continue;
                }
            case 61: {
                    if (wireType !== 0)
                        break;
                    value = reader.int32();
                    if ($root.criu_pre_dump_mode[value] !== $undefined)
                        message.preDumpMode = value;
                    else if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                    continue;
                }
            case 62: {
                    if (wireType !== 0)
                        break;
                    message.pidfdStoreSk = reader.int32();
                    continue;
                }
            case 63: {
                    if (wireType !== 2)
                        break;
                    message.lsmMountContext = reader.string();
                    continue;
                }
            case 64: {
                    if (wireType !== 0)
                        break;
                    value = reader.int32();
                    if ($root.criu_network_lock_method[value] !== $undefined)
                        message.networkLock = value;
                    else if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                    continue;
                }
            case 65: {
                    if (wireType !== 0)
                        break;
                    message.mntnsCompatMode = reader.bool();
                    continue;
                }
            case 66: {
                    if (wireType !== 0)
                        break;
                    message.skipFileRwxCheck = reader.bool();
                    continue;
                }
            case 67: {
                    if (wireType !== 0)
                        break;
                    message.unprivileged = reader.bool();
                    continue;
                }
            case 69: {
                    if (wireType !== 0)
                        break;
                    message.leaveStopped = reader.bool();
                    continue;
                }
            case 70: {
                    if (wireType !== 0)
                        break;
                    message.displayStats = reader.bool();
                    continue;
                }
            case 71: {
                    if (wireType !== 0)
                        break;
                    message.logToStderr = reader.bool();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        if (!$Object.hasOwnProperty.call(message, "imagesDirFd"))
            throw $util.ProtocolError("missing required 'imagesDirFd'", { instance: message });
        return message;
    };

    return criu_opts;
})();

export const criu_dump_resp = $root.criu_dump_resp = (() => {

    const criu_dump_resp = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    criu_dump_resp.prototype.restored = false;

    criu_dump_resp.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.restored != null && $Object.hasOwnProperty.call(message, "restored"))
            writer.uint32(/* id 1, wireType 0 =*/8).bool(message.restored);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    criu_dump_resp.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.criu_dump_resp();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    message.restored = reader.bool();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return criu_dump_resp;
})();

export const criu_restore_resp = $root.criu_restore_resp = (() => {

    const criu_restore_resp = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    criu_restore_resp.prototype.pid = 0;

    criu_restore_resp.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        writer.uint32(/* id 1, wireType 0 =*/8).int32(message.pid);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    criu_restore_resp.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.criu_restore_resp();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    message.pid = reader.int32();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        if (!$Object.hasOwnProperty.call(message, "pid"))
            throw $util.ProtocolError("missing required 'pid'", { instance: message });
        return message;
    };

    return criu_restore_resp;
})();

export const criu_notify = $root.criu_notify = (() => {

    const criu_notify = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    criu_notify.prototype.script = "";

    criu_notify.prototype.pid = 0;

    criu_notify.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.script != null && $Object.hasOwnProperty.call(message, "script"))
            writer.uint32(/* id 1, wireType 2 =*/10).string(message.script);
        if (message.pid != null && $Object.hasOwnProperty.call(message, "pid"))
            writer.uint32(/* id 2, wireType 0 =*/16).int32(message.pid);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    criu_notify.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.criu_notify();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.script = reader.string();
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    message.pid = reader.int32();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return criu_notify;
})();

export const criu_req_type = $root.criu_req_type = (() => {
    const valuesById = $Object.create(null), values = $Object.create(valuesById);
    values[valuesById[0] = "EMPTY"] = 0;
    values[valuesById[1] = "DUMP"] = 1;
    values[valuesById[2] = "RESTORE"] = 2;
    values[valuesById[3] = "CHECK"] = 3;
    values[valuesById[4] = "PRE_DUMP"] = 4;
    values[valuesById[5] = "PAGE_SERVER"] = 5;
    values[valuesById[6] = "NOTIFY"] = 6;
    values[valuesById[7] = "CPUINFO_DUMP"] = 7;
    values[valuesById[8] = "CPUINFO_CHECK"] = 8;
    values[valuesById[9] = "FEATURE_CHECK"] = 9;
    values[valuesById[10] = "VERSION"] = 10;
    values[valuesById[11] = "WAIT_PID"] = 11;
    values[valuesById[12] = "PAGE_SERVER_CHLD"] = 12;
    values[valuesById[13] = "SINGLE_PRE_DUMP"] = 13;
    return values;
})();

export const criu_features = $root.criu_features = (() => {

    const criu_features = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    criu_features.prototype.memTrack = false;

    criu_features.prototype.lazyPages = false;

    criu_features.prototype.pidfdStore = false;

    criu_features.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.memTrack != null && $Object.hasOwnProperty.call(message, "memTrack"))
            writer.uint32(/* id 1, wireType 0 =*/8).bool(message.memTrack);
        if (message.lazyPages != null && $Object.hasOwnProperty.call(message, "lazyPages"))
            writer.uint32(/* id 2, wireType 0 =*/16).bool(message.lazyPages);
        if (message.pidfdStore != null && $Object.hasOwnProperty.call(message, "pidfdStore"))
            writer.uint32(/* id 3, wireType 0 =*/24).bool(message.pidfdStore);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    criu_features.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.criu_features();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    message.memTrack = reader.bool();
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    message.lazyPages = reader.bool();
                    continue;
                }
            case 3: {
                    if (wireType !== 0)
                        break;
                    message.pidfdStore = reader.bool();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return criu_features;
})();

export const criu_req = $root.criu_req = (() => {

    const criu_req = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    criu_req.prototype.type = 0;

    criu_req.prototype.opts = null;

    criu_req.prototype.notifySuccess = false;

    criu_req.prototype.keepOpen = false;

    criu_req.prototype.features = null;

    criu_req.prototype.pid = 0;

    criu_req.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        writer.uint32(/* id 1, wireType 0 =*/8).int32(message.type);
        if (message.opts != null && $Object.hasOwnProperty.call(message, "opts"))
            $root.criu_opts.encode(message.opts, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
        if (message.notifySuccess != null && $Object.hasOwnProperty.call(message, "notifySuccess"))
            writer.uint32(/* id 3, wireType 0 =*/24).bool(message.notifySuccess);
        if (message.keepOpen != null && $Object.hasOwnProperty.call(message, "keepOpen"))
            writer.uint32(/* id 4, wireType 0 =*/32).bool(message.keepOpen);
        if (message.features != null && $Object.hasOwnProperty.call(message, "features"))
            $root.criu_features.encode(message.features, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
        if (message.pid != null && $Object.hasOwnProperty.call(message, "pid"))
            writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.pid);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    criu_req.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.criu_req();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    value = reader.int32();
                    if ($root.criu_req_type[value] !== $undefined)
                        message.type = value;
                    else if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    message.opts = $root.criu_opts.decode(reader, reader.size(), $undefined, _depth + 1, message.opts);
                    continue;
                }
            case 3: {
                    if (wireType !== 0)
                        break;
                    message.notifySuccess = reader.bool();
                    continue;
                }
            case 4: {
                    if (wireType !== 0)
                        break;
                    message.keepOpen = reader.bool();
                    continue;
                }
            case 5: {
                    if (wireType !== 2)
                        break;
                    message.features = $root.criu_features.decode(reader, reader.size(), $undefined, _depth + 1, message.features);
                    continue;
                }
            case 6: {
                    if (wireType !== 0)
                        break;
                    message.pid = reader.uint32();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        if (!$Object.hasOwnProperty.call(message, "type"))
            throw $util.ProtocolError("missing required 'type'", { instance: message });
        return message;
    };

    return criu_req;
})();

export const criu_resp = $root.criu_resp = (() => {

    const criu_resp = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    criu_resp.prototype.type = 0;

    criu_resp.prototype.success = false;

    criu_resp.prototype.dump = null;

    criu_resp.prototype.restore = null;

    criu_resp.prototype.notify = null;

    criu_resp.prototype.ps = null;

    criu_resp.prototype.crErrno = 0;

    criu_resp.prototype.features = null;

    criu_resp.prototype.crErrmsg = "";

    criu_resp.prototype.version = null;

    criu_resp.prototype.status = 0;

    criu_resp.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        writer.uint32(/* id 1, wireType 0 =*/8).int32(message.type);
        writer.uint32(/* id 2, wireType 0 =*/16).bool(message.success);
        if (message.dump != null && $Object.hasOwnProperty.call(message, "dump"))
            $root.criu_dump_resp.encode(message.dump, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
        if (message.restore != null && $Object.hasOwnProperty.call(message, "restore"))
            $root.criu_restore_resp.encode(message.restore, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
        if (message.notify != null && $Object.hasOwnProperty.call(message, "notify"))
            $root.criu_notify.encode(message.notify, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
        if (message.ps != null && $Object.hasOwnProperty.call(message, "ps"))
            $root.criu_page_server_info.encode(message.ps, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
        if (message.crErrno != null && $Object.hasOwnProperty.call(message, "crErrno"))
            writer.uint32(/* id 7, wireType 0 =*/56).int32(message.crErrno);
        if (message.features != null && $Object.hasOwnProperty.call(message, "features"))
            $root.criu_features.encode(message.features, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
        if (message.crErrmsg != null && $Object.hasOwnProperty.call(message, "crErrmsg"))
            writer.uint32(/* id 9, wireType 2 =*/74).string(message.crErrmsg);
        if (message.version != null && $Object.hasOwnProperty.call(message, "version"))
            $root.criu_version.encode(message.version, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
        if (message.status != null && $Object.hasOwnProperty.call(message, "status"))
            writer.uint32(/* id 11, wireType 0 =*/88).int32(message.status);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    criu_resp.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.criu_resp();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    value = reader.int32();
                    if ($root.criu_req_type[value] !== $undefined)
                        message.type = value;
                    else if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    message.success = reader.bool();
                    continue;
                }
            case 3: {
                    if (wireType !== 2)
                        break;
                    message.dump = $root.criu_dump_resp.decode(reader, reader.size(), $undefined, _depth + 1, message.dump);
                    continue;
                }
            case 4: {
                    if (wireType !== 2)
                        break;
                    message.restore = $root.criu_restore_resp.decode(reader, reader.size(), $undefined, _depth + 1, message.restore);
                    continue;
                }
            case 5: {
                    if (wireType !== 2)
                        break;
                    message.notify = $root.criu_notify.decode(reader, reader.size(), $undefined, _depth + 1, message.notify);
                    continue;
                }
            case 6: {
                    if (wireType !== 2)
                        break;
                    message.ps = $root.criu_page_server_info.decode(reader, reader.size(), $undefined, _depth + 1, message.ps);
                    continue;
                }
            case 7: {
                    if (wireType !== 0)
                        break;
                    message.crErrno = reader.int32();
                    continue;
                }
            case 8: {
                    if (wireType !== 2)
                        break;
                    message.features = $root.criu_features.decode(reader, reader.size(), $undefined, _depth + 1, message.features);
                    continue;
                }
            case 9: {
                    if (wireType !== 2)
                        break;
                    message.crErrmsg = reader.string();
                    continue;
                }
            case 10: {
                    if (wireType !== 2)
                        break;
                    message.version = $root.criu_version.decode(reader, reader.size(), $undefined, _depth + 1, message.version);
                    continue;
                }
            case 11: {
                    if (wireType !== 0)
                        break;
                    message.status = reader.int32();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        if (!$Object.hasOwnProperty.call(message, "type"))
            throw $util.ProtocolError("missing required 'type'", { instance: message });
        if (!$Object.hasOwnProperty.call(message, "success"))
            throw $util.ProtocolError("missing required 'success'", { instance: message });
        return message;
    };

    return criu_resp;
})();

export const criu_version = $root.criu_version = (() => {

    const criu_version = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    criu_version.prototype.majorNumber = 0;

    criu_version.prototype.minorNumber = 0;

    criu_version.prototype.gitid = "";

    criu_version.prototype.sublevel = 0;

    criu_version.prototype.extra = 0;

    criu_version.prototype.name = "";

    criu_version.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        writer.uint32(/* id 1, wireType 0 =*/8).int32(message.majorNumber);
        writer.uint32(/* id 2, wireType 0 =*/16).int32(message.minorNumber);
        if (message.gitid != null && $Object.hasOwnProperty.call(message, "gitid"))
            writer.uint32(/* id 3, wireType 2 =*/26).string(message.gitid);
        if (message.sublevel != null && $Object.hasOwnProperty.call(message, "sublevel"))
            writer.uint32(/* id 4, wireType 0 =*/32).int32(message.sublevel);
        if (message.extra != null && $Object.hasOwnProperty.call(message, "extra"))
            writer.uint32(/* id 5, wireType 0 =*/40).int32(message.extra);
        if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
            writer.uint32(/* id 6, wireType 2 =*/50).string(message.name);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    criu_version.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.criu_version();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    message.majorNumber = reader.int32();
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    message.minorNumber = reader.int32();
                    continue;
                }
            case 3: {
                    if (wireType !== 2)
                        break;
                    message.gitid = reader.string();
                    continue;
                }
            case 4: {
                    if (wireType !== 0)
                        break;
                    message.sublevel = reader.int32();
                    continue;
                }
            case 5: {
                    if (wireType !== 0)
                        break;
                    message.extra = reader.int32();
                    continue;
                }
            case 6: {
                    if (wireType !== 2)
                        break;
                    message.name = reader.string();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        if (!$Object.hasOwnProperty.call(message, "majorNumber"))
            throw $util.ProtocolError("missing required 'majorNumber'", { instance: message });
        if (!$Object.hasOwnProperty.call(message, "minorNumber"))
            throw $util.ProtocolError("missing required 'minorNumber'", { instance: message });
        return message;
    };

    return criu_version;
})();

export {
  $root as default
};
