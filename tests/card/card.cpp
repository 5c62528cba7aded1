// Guards and hooks through which torch's C++ asks for devices: they say that a simulated one is present.
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/detail/MPSHooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <new>

using c10::Device;
using c10::DeviceIndex;
using c10::DeviceType;
using c10::Stream;

static DeviceType present = DeviceType::CPU;

template <DeviceType kind>
struct Guard final : c10::impl::NoOpDeviceGuardImpl<kind> {
  Device getDevice() const override { return {kind, 0}; }
  Device exchangeDevice(Device) const override { return getDevice(); }
  Stream getStream(Device) const noexcept override { return Stream(Stream::DEFAULT, getDevice()); }
  Stream exchangeStream(Stream) const noexcept override { return getStream(getDevice()); }
};

template <DeviceType kind, typename Interface>
struct Hooks final : Interface {
  bool isBuilt() const override { return present == kind; }
  bool hasPrimaryContext(DeviceIndex) const override { return present == kind; }
  DeviceIndex deviceCount() const override { return present == kind; }
  // One of each interface, so that none can say `override`: without them torch finds no card
  bool hasCUDA() const { return present == kind; }
  bool hasMPS() const { return present == kind; }
};

// torch made its hooks when it was imported, and keeps references to them. They have no members: these take their place.
template <DeviceType kind, typename Interface>
void replace(const Interface& hooks) {
  static Guard<kind> guard;
  c10::impl::device_guard_impl_registry[static_cast<int>(kind)] = &guard;
  static_assert(sizeof(Hooks<kind, Interface>) == sizeof(Interface));
  new (const_cast<Interface*>(&hooks)) Hooks<kind, Interface>();
}

extern "C" void set_device(const char* name) {
  present = Device(name).type();
  replace<DeviceType::CUDA>(at::detail::getCUDAHooks());
  replace<DeviceType::MPS>(at::detail::getMPSHooks());
}
