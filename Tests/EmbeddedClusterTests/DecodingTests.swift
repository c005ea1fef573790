// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects
import Testing

struct DecodingTests {
    @Test(arguments: [
        (
            #","replicas":"x""#, "",
            "cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"
        ),
        (
            #","replicas":1.5"#, "",
            "cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32"
        ),
        (
            #","strategy":"x""#, "",
            "cannot unmarshal string into Go struct field DeploymentSpec.spec.strategy of type v1.DeploymentStrategy"
        ),
        (
            "", #","ports":"x""#,
            "cannot unmarshal string into Go struct field Container.spec.template.spec.containers.ports of type []v1.ContainerPort"
        ),
        (
            "", #","env":[{"name":"a","value":true}]"#,
            "cannot unmarshal bool into Go struct field EnvVar.spec.template.spec.containers.env.value of type string"
        ),
    ])
    func `a wrong type is refused with the decoder's text`(_ spec: String, _ container: String, _ problem: String)
        throws
    {
        let body = try JSONParser.parse(TestSchemas.deployment(spec: spec, container: container))
        let refusal = try #require(throws: RequestRefusal.self) {
            try TypedDecoder.decode(body, schema: try TestSchemas.builtIn("apps/v1", "Deployment"))
        }
        #expect(refusal.reason == .badRequest)
        #expect(
            refusal.message == "Deployment in version \"v1\" cannot be handled as a Deployment: json: \(problem)"
        )
    }

    @Test(arguments: [(#"{"a":"!!"}"#, 0), (#"{"a":"YWJj!A=="}"#, 4)])
    func `a Secret that is no Base64 is refused`(_ data: String, _ offset: Int) throws {
        let body = try JSONParser.parse(#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":\#(data)}"#)
        let refusal = try #require(throws: RequestRefusal.self) {
            try TypedDecoder.decode(body, schema: try TestSchemas.builtIn("v1", "Secret"))
        }
        #expect(
            refusal.message
                == "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte \(offset)"
        )
    }

    @Test func `nulls, unknown and empty fields go, pointers to zero stay`() throws {
        let body = try JSONParser.parse(
            TestSchemas.deployment(
                spec: #","replicas":0,"paused":false,"foo":1,"minReadySeconds":null"#,
                pod: #","nodeSelector":{},"hostname":"","volumes":[{"name":"v","emptyDir":{}}]"#,
                container: #","resources":{"limits":{"cpu":"0.5","memory":"1024Mi"}},"command":[]"#
            )
        )
        let schema = try TestSchemas.builtIn("apps/v1", "Deployment")
        #expect(
            UnknownFields.find(in: body, schema: schema).map(UnknownFields.message) == [#"unknown field "spec.foo""#]
        )
        let decoded = try TypedDecoder.decode(body, schema: schema)
        #expect(
            decoded["spec"]?.text
                == #"{"replicas":0,"selector":{"matchLabels":{"app":"web"}},"strategy":{},"template":{"metadata":{"labels":{"app":"web"}},"#
                + #""spec":{"containers":[{"image":"nginx:1","name":"web","resources":{"limits":{"cpu":"500m","memory":"1Gi"}}}],"#
                + #""volumes":[{"emptyDir":{},"name":"v"}]}}}"#
        )
    }
}
