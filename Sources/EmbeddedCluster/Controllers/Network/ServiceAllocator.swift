// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects
import Synchronization

/// Gives Services their cluster addresses and node ports, as the API server does while it writes them.
///
/// Addresses are taken from 10.96.0.0/16, ports from 30000 to 32767. What a refused write took is found to be free when
/// somebody asks for it, or when the range is used up.
package final class ServiceAllocator: Sendable {
    /// One address or port that is held.
    private enum Allocation: Hashable {
        case address(String)
        case port(Int64)
    }

    private static let portRange: ClosedRange<Int64> = 30_000...32_767
    private static let addressCount: UInt32 = 1 << 16

    private let store: ObjectStore
    private let held = Mutex<Set<Allocation>>([])

    /// Starts with what the stored Services hold.
    package init(store: ObjectStore) {
        self.store = store
        held.withLock { $0 = storedAllocations() }
    }

    /// The Service with its addresses and ports, taken newly or over from `old`.
    ///
    /// - Parameters:
    ///   - service: The defaulted object that is to be stored.
    ///   - old: The stored object; nil on create.
    ///   - isDryRun: Looks for free values without keeping them.
    /// - Returns: The completed object.
    /// - Throws: 422 when an address or port that the caller chose is taken or out of range.
    package func allocate(_ service: JSON, old: JSON?, isDryRun: Bool = false) throws(StatusError) -> JSON {
        var result = service
        if let old { ServiceAllocator.takeOver(from: old, into: &result) }
        let before = old.map(ServiceAllocator.allocations) ?? []
        var causes: [StatusError.Cause] = []
        held.withLock { held in
            let unchanged = held
            held.subtract(before)
            assignAddress(&result, held: &held, causes: &causes)
            assignPorts(&result, held: &held, causes: &causes)
            if isDryRun || !causes.isEmpty { held = unchanged }
        }
        guard causes.isEmpty else {
            throw .invalid(GroupKind(group: "", kind: "Service"), service.string(at: "metadata", "name") ?? "", causes)
        }
        return result
    }

    /// Gives back what a deleted Service held.
    package func release(_ service: JSON) {
        let gone = ServiceAllocator.allocations(of: service)
        held.withLock { $0.subtract(gone) }
    }

    private func storedAllocations() -> Set<Allocation> {
        let services = store.list(GroupResource(group: "", resource: "services")).objects
        return services.reduce(into: []) { $0.formUnion(ServiceAllocator.allocations(of: $1.json)) }
    }

    private static func allocations(of service: JSON) -> Set<Allocation> {
        var result: Set<Allocation> = []
        if let address = service.string(at: "spec", "clusterIP"), !address.isEmpty, address != "None" {
            result.insert(.address(address))
        }
        for port in service.items(at: "spec", "ports") {
            if let number = port["nodePort"]?.int, number > 0 { result.insert(.port(number)) }
        }
        if let number = service.int(at: "spec", "healthCheckNodePort"), number > 0 { result.insert(.port(number)) }
        return result
    }
}

extension ServiceAllocator {
    private static func needsAddress(_ service: JSON) -> Bool { service.string(at: "spec", "type") != "ExternalName" }

    private static func needsPorts(_ service: JSON) -> Bool {
        switch service.string(at: "spec", "type") {
        case "NodePort": true
        case "LoadBalancer": service[["spec", "allocateLoadBalancerNodePorts"]]?.bool ?? true
        default: false
        }
    }

    /// Keeps what the stored Service has where the new one says nothing, and drops what the new type has no use for.
    private static func takeOver(from old: JSON, into service: inout JSON) {
        let oldAddress = old.string(at: "spec", "clusterIP") ?? ""
        let address = service.string(at: "spec", "clusterIP") ?? ""
        if needsAddress(service), address.isEmpty, !oldAddress.isEmpty {
            service[["spec", "clusterIP"]] = .string(oldAddress)
            service[["spec", "clusterIPs"]] = old[["spec", "clusterIPs"]]
        } else if !needsAddress(service), address == oldAddress {
            for key in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"] {
                service[["spec", key]] = nil
            }
        }
        var free = old.items(at: "spec", "ports")
        let ports = service.items(at: "spec", "ports").map { port -> JSON in
            let match = free.firstIndex { $0["port"] == port["port"] && $0["protocol"] == port["protocol"] }
            guard let match, let number = free[match]["nodePort"] else { return port }
            free.remove(at: match)
            var result = port
            if needsPorts(service) {
                if (port["nodePort"]?.int ?? 0) == 0 { result["nodePort"] = number }
            } else if service.string(at: "spec", "type") != "LoadBalancer", port["nodePort"] == number {
                result["nodePort"] = nil
            }
            return result
        }
        if !ports.isEmpty { service[["spec", "ports"]] = .array(ports) }
    }

    private func assignAddress(_ service: inout JSON, held: inout Set<Allocation>, causes: inout [StatusError.Cause]) {
        guard ServiceAllocator.needsAddress(service) else { return }
        let families: [(String, JSON)] = [("ipFamilies", ["IPv4"]), ("ipFamilyPolicy", "SingleStack")]
        for (key, value) in families where service[["spec", key]] == nil { service[["spec", key]] = value }
        let wanted =
            service.string(at: "spec", "clusterIP").flatMap { $0.isEmpty ? nil : $0 }
            ?? service.items(at: "spec", "clusterIPs").first?.string ?? ""
        var address = wanted
        if wanted.isEmpty {
            guard let free = freeAddress(for: service, held: &held) else {
                causes.append(ServiceAllocator.addressCause(wanted, "range is full"))
                return
            }
            address = free
        } else if wanted != "None" {
            guard ServiceAllocator.isInRange(wanted) else {
                causes.append(
                    ServiceAllocator.addressCause(wanted, "the provided IP is not in the valid range 10.96.0.0/16")
                )
                return
            }
            guard take(.address(wanted), held: &held) else {
                causes.append(ServiceAllocator.addressCause(wanted, "provided IP is already allocated"))
                return
            }
        }
        service[["spec", "clusterIP"]] = .string(address)
        service[["spec", "clusterIPs"]] = [.string(address)]
    }

    /// Takes a value that the caller chose; one that is held though no stored Service has it was left by a refused write.
    private func take(_ allocation: Allocation, held: inout Set<Allocation>) -> Bool {
        held.insert(allocation).inserted || !storedAllocations().contains(allocation)
    }

    private static func addressCause(_ address: String, _ problem: String) -> StatusError.Cause {
        .init(
            reason: "FieldValueInvalid",
            message: "Invalid value: [\(StatusError.quoted(address))]: failed to allocate IP \(address): \(problem)",
            field: "spec.clusterIPs"
        )
    }

    private static func isInRange(_ address: String) -> Bool {
        let parts = address.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 10 && parts[1] == 96 && parts.allSatisfy { $0 != nil }
    }

    /// A free address; where the search starts depends on the Service's name, so that addresses look as scattered as real
    /// ones. The first, second and last of the range stay free.
    private func freeAddress(for service: JSON, held: inout Set<Allocation>) -> String? {
        let count = ServiceAllocator.addressCount
        let start = ServiceAllocator.start(for: service) % count
        for attempt in 0..<2 {
            for step in 0..<count {
                let place = (start &+ step) % count
                guard place > 1, place < count - 1 else { continue }
                let address = "10.96.\(place >> 8).\(place & 255)"
                if held.insert(.address(address)).inserted { return address }
            }
            if attempt == 0 { held = storedAllocations() }
        }
        return nil
    }

    private func assignPorts(_ service: inout JSON, held: inout Set<Allocation>, causes: inout [StatusError.Cause]) {
        guard ServiceAllocator.needsPorts(service) else { return }
        var ports = service.items(at: "spec", "ports")
        for index in ports.indices {
            let wanted = ports[index]["nodePort"]?.int ?? 0
            let field = "spec.ports[\(index)].nodePort"
            if wanted == 0 {
                guard let free = freePort(for: service, held: &held) else {
                    causes.append(ServiceAllocator.portCause(field, wanted, "range is full"))
                    continue
                }
                ports[index]["nodePort"] = .int(free)
            } else if !ServiceAllocator.portRange.contains(wanted) {
                let range = "The range of valid ports is 30000-32767"
                let problem = "provided port is not in the valid range. \(range)"
                causes.append(ServiceAllocator.portCause(field, wanted, problem))
            } else if !take(.port(wanted), held: &held), !ServiceAllocator.isShared(ports, index) {
                causes.append(ServiceAllocator.portCause(field, wanted, "provided port is already allocated"))
            }
        }
        service[["spec", "ports"]] = .array(ports)
        assignHealthCheckPort(&service, held: &held)
    }

    /// Whether an earlier port of the same Service has the same number with another protocol.
    private static func isShared(_ ports: [JSON], _ index: Int) -> Bool {
        ports[..<index].contains {
            $0["nodePort"] == ports[index]["nodePort"] && $0["protocol"] != ports[index]["protocol"]
        }
    }

    private func assignHealthCheckPort(_ service: inout JSON, held: inout Set<Allocation>) {
        guard service.string(at: "spec", "type") == "LoadBalancer",
            service.string(at: "spec", "externalTrafficPolicy") == "Local"
        else { return }
        if let wanted = service.int(at: "spec", "healthCheckNodePort"), wanted > 0 {
            held.insert(.port(wanted))
        } else if let free = freePort(for: service, held: &held) {
            service[["spec", "healthCheckNodePort"]] = .int(free)
        }
    }

    private static func portCause(_ field: String, _ port: Int64, _ problem: String) -> StatusError.Cause {
        .init(reason: "FieldValueInvalid", message: "Invalid value: \(port): \(problem)", field: field)
    }

    private func freePort(for service: JSON, held: inout Set<Allocation>) -> Int64? {
        let range = ServiceAllocator.portRange
        let start = Int64(ServiceAllocator.start(for: service)) % Int64(range.count)
        for attempt in 0..<2 {
            for step in 0..<Int64(range.count) {
                let port = range.lowerBound + (start + step) % Int64(range.count)
                if held.insert(.port(port)).inserted { return port }
            }
            if attempt == 0 { held = storedAllocations() }
        }
        return nil
    }

    private static func start(for service: JSON) -> UInt32 {
        StableHash.number(of: service["metadata"]?["namespace"], service["metadata"]?["name"])
    }
}
