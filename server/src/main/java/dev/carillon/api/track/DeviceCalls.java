package dev.carillon.api.track;

import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.processing.Operation;

/** {@code …/devices} of v1 (track §5.1). */
final class DeviceCalls {
  private final Admission admission;

  DeviceCalls(Admission admission) {
    this.admission = admission;
  }

  Reply put(Request request) {
    var access = admission.authorise(request);
    var person = Admission.person(request, access);
    var body = admission.object(request);
    return admission.store(DeviceBody.update(access.workspace(), person, body.get("device"), "id"));
  }

  Reply delete(Request request) {
    var access = admission.authorise(request);
    return admission.store(
        new Operation.DeviceRemoval(
            access.workspace(),
            Admission.person(request, access),
            DeviceBody.pathToken(request.segment("device_id"))));
  }
}
